"""An e-mail address as somebody may see it who must not learn it: its owner recognises it, nobody else can read it."""

import unicodedata

HIDDEN = "•••"


def masked(address: str) -> str:
    """Return `z•••@e•••.org` of `zoe@exemple.org`: two first letters and the last label; no length is told."""
    local, _, domain = unicodedata.normalize("NFC", address).rpartition("@")
    name, _, last_label = domain.rpartition(".")
    return f"{local[:1]}{HIDDEN}@{name[:1]}{HIDDEN}.{last_label}"

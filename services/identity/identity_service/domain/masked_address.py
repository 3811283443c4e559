"""An e-mail address as a brand may show it to whoever knows three facts: enough for its owner to recognise it, no more."""

import unicodedata

DOTS = "•••"


def mask(address: str) -> str:
    """Return `z•••@e•••.org` of `zoe@exemple.org`: two first letters and the last label; no length is told."""
    local, _, domain = unicodedata.normalize("NFC", address).rpartition("@")
    name, _, last_label = domain.rpartition(".")
    return f"{local[:1]}{DOTS}@{name[:1]}{DOTS}.{last_label}"

"""An e-mail address as somebody may see it who must not learn it: its owner recognises it, nobody else can read it."""

HIDDEN = "•••"


def masked(email: str) -> str:
    """Return such as `z•••@e•••.org`."""
    local_part, _, domain = email.rpartition("@")
    name, dot, ending = domain.rpartition(".")
    return f"{local_part[:1]}{HIDDEN}@{(name or ending)[:1]}{HIDDEN}{dot}{ending if dot else ''}"

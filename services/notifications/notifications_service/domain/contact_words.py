"""What of somebody's contact details has changed, in French: never what it is now."""

from collections.abc import Sequence

_WORDS = {
    "phone": "votre numéro de téléphone",
    "address": "votre adresse postale",
    "delivery_preference": "votre choix entre e-mail et papier",
}


def contact_words(changed: Sequence[str]) -> str:
    """Return the parts in one phrase; one that is not known yet is passed over with the others."""
    parts = [_WORDS.get(part, "vos autres coordonnées") for part in changed]
    return " et ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)

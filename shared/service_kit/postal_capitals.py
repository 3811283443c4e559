"""Letters as postal sorting machines read them: the character rules of NF Z 10-011 for `postal_address`."""

import re
import unicodedata

# Letters that Unicode does not decompose into a base letter and an accent.
_LETTERS = str.maketrans(
    {"Œ": "OE", "Æ": "AE", "Ø": "O", "Đ": "D", "Ð": "D", "Ł": "L", "Þ": "TH", "ẞ": "SS", "&": " ET "}
)
_NUMBER_SIGN = re.compile(r"№|\bN\s*[°º]")
_SOUS = re.compile(r"\bS\s?/\s?S\b")
_SUR = re.compile(r"\bS\s?/")


class NotPostalLettersError(ValueError):
    """The text holds letters that cannot be written with A to Z; dropping them would change the address."""


def printable_words(text: str | None) -> str:
    """Normalise to NFC, drop control and direction marks, and put one space between words."""
    composed = unicodedata.normalize("NFC", text or "")
    spaced = "".join(" " if character.isspace() else character for character in composed)
    visible = "".join(c for c in spaced if not unicodedata.category(c).startswith("C"))
    return " ".join(visible.split())


def postal_capitals(text: str) -> str:
    """Write a line as unaccented capitals, digits and single spaces; `s/s` becomes SOUS and `s/` SUR.

    Raises NotPostalLettersError where a letter or digit has no form in A to Z or 0 to 9.
    """
    upper = _NUMBER_SIGN.sub(" ", text.upper())
    upper = _SUR.sub("SUR ", _SOUS.sub("SOUS ", upper)).translate(_LETTERS)
    base = "".join(c for c in unicodedata.normalize("NFKD", upper) if not unicodedata.combining(c))
    if any(c.isalnum() and not c.isascii() for c in base):
        raise NotPostalLettersError
    return " ".join(re.sub(r"[^A-Z0-9]", " ", base).split())

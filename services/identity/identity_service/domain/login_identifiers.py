"""What a member types to say who they are, brought to one form before it is digested. Nothing here tells who exists."""

import re
import string
import unicodedata
from typing import Literal

from email_validator import EmailNotValidError, validate_email

INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # what pages put between letters to break or hold them
NIR = re.compile(r"[1-8][0-9]{4}(?:[0-9]{2}|2A|2B)[0-9]{6}(?:[0-9]{2})?")


def normalise(kind: Literal["nir", "email"], typed: str) -> str:
    """Return the comparable form of `typed`; text that is no such identifier is returned folded, and matches nobody."""
    return normalise_nir(typed) if kind == "nir" else normalise_email(typed)


def letters_and_digits(typed: str) -> str:
    """Return the letters and digits of a number or code in capitals, whatever was typed or pasted between them."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", typed)).upper()


def normalise_nir(typed: str) -> str:
    """Return the 13 characters of a social-security number typed with or without its key, spaces, dots or hyphens.

    The key is not compared: a wrong one is a typing mistake to be told by the page, not a second secret.
    """
    compact = letters_and_digits(typed)
    return compact[:13] if NIR.fullmatch(compact) else compact


def with_key(nir: str) -> str:
    """Return the 15 characters of a number of 13: its key is 97 less its remainder by 97, with Corsica's 2A as 19, 2B as 18."""
    digits = nir.replace("2A", "19", 1).replace("2B", "18", 1)
    return f"{nir}{97 - int(digits) % 97:02}" if digits.isdigit() else nir


def tidy_email(typed: str) -> str:
    """Return an address without what copying and telephones add: wide and parted letters, spaces and full stops around it."""
    return unicodedata.normalize("NFKC", typed).translate(INVISIBLE).strip(string.whitespace + ".")


def normalise_email(typed: str) -> str:
    """Return an address as compared: tidied, lower-case, the domain in its IDNA form."""
    tidied = tidy_email(typed)
    try:
        parsed = validate_email(tidied, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return tidied.casefold()
    domain = parsed.ascii_domain or parsed.domain
    return f"{parsed.local_part.casefold()}@{domain.casefold()}"

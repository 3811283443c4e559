"""Codes that a mail brings and that are typed within minutes: digits, which a telephone offers to fill in."""

import re
import unicodedata
from collections.abc import Callable

DIGITS = "0123456789"
FOR_ADDRESS = 10  # digits, 33 bits: whoever guesses has the other half, a session
FOR_DEVICE = 8  # digits, 26 bits: behind the right password, and every guess counts against the account, too


def new_code(choose: Callable[[str], str], *, length: int) -> str:
    """Return a fresh code of `length` digits; `choose` draws one character, such as `secrets.choice`."""
    return "".join(choose(DIGITS) for _ in range(length))


def normalise(typed: str) -> str:
    """Return what was typed as it is compared: without spaces or hyphens, wide digits made narrow."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", typed))

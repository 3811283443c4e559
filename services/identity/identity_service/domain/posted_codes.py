"""One-time codes that travel by post: 12 characters that an 80-year-old can copy, 55 bits.

Digits and capitals without 0/O, 1/I, and without B, G, S, Z (they look like 8, 6, 5, 2: typed instead, they are taken as
those) and A, E, U (so that no word appears).
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from service_kit.clock import PARIS, civil_date

from identity_service.domain.login_identifiers import letters_and_digits

ALPHABET = "23456789CDFHJKLMNPQRTVWXY"
GROUP, GROUPS = 4, 3
LOOKALIKES = str.maketrans({"B": "8", "G": "6", "S": "5", "Z": "2"})
BITS = GROUP * GROUPS * math.log2(len(ALPHABET))


def new_code(choose: Callable[[str], str]) -> str:
    """Return a fresh code in its comparable form; `choose` draws one character, such as `secrets.choice`."""
    return "".join(choose(ALPHABET) for _ in range(GROUP * GROUPS))


def printed(code: str) -> str:
    """Return a code as printed: groups of four joined by hyphens."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def expiry(now: datetime, *, days: int) -> datetime:
    """Return when a code made now ends: with the last of `days` days after today, Paris time, as the letter says."""
    return datetime.combine(civil_date(now) + timedelta(days=days + 1), time.min, PARIS).astimezone(UTC)


def normalise(typed: str) -> str:
    """Return what was typed in the comparable form: any case, any spacing, look-alikes taken as what they look like."""
    return letters_and_digits(typed).translate(LOOKALIKES)

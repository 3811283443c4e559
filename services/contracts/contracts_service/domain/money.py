"""Amounts of money: signed euros with two decimals in files and answers, whole cents everywhere else. Never a float."""

import re
from functools import lru_cache

from contracts_service.domain.refused_value import RefusedValueError

MOST_CENTS = 999_999_999
"""9,999,999.99 euros: no line of a health insurer is longer, and a file with a shifted column is not believed."""

# A reversal of nothing is written "-0.00" by those who only put a sign in front.
_WRITTEN = re.compile(r"-?(?:0|[1-9][0-9]{0,6})\.[0-9]{2}")


class AmountError(RefusedValueError):
    """The text is no amount; `code` is `invalid-amount`."""

    def __init__(self) -> None:
        super().__init__("invalid-amount")


def cents_of(text: str) -> int:
    """Read "26.50" or "-7.00" as cents. Raises AmountError."""
    if not _WRITTEN.fullmatch(text):
        raise AmountError
    return int(text[:-3] + text[-2:])


@lru_cache(maxsize=16_384)  # tariffs: the same amounts again and again
def euros(cents: int) -> str:
    """Write cents as signed euros with exactly two decimals: -700 → "-7.00"."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d}"

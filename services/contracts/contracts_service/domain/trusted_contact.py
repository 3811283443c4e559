"""Which of a person's addresses are believed when something dangerous is told: those that are theirs for some time.

Whoever gets into an account gives an address of their own first, and another bank account then: the notice of the second must
not go where the first has led. No I/O; used by every use case that tells of a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class KnownAddress:
    """A postal address, from when (None: it came with the first file) until when (None: it is the present one) it was known."""

    address: dict[str, Any]
    since: datetime | None
    until: datetime | None = None


def is_trusted(since: datetime | None, *, now: datetime, days: int) -> bool:
    """Tell whether what is known since then (None: since the first file) is known for at least `days`."""
    return since is None or now - since >= timedelta(days=days)


def trusted_address(known: Sequence[KnownAddress], *, now: datetime, days: int) -> KnownAddress:
    """Return the address to believe, out of all that were `known`, the newest first: the newest that was there for `days`.

    Where none was, it is the oldest: nobody can have put it there for a purpose since.
    """
    return next((one for one in known if is_trusted(one.since, now=one.until or now, days=days)), known[-1])

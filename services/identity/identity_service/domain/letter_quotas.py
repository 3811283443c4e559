"""How many letters with a code an account may cause: each costs money, and cancels the code before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from identity_service.domain.brand_policy import LetterQuota

Origin = Literal["member", "adviser", "bounce"]


@dataclass(frozen=True)
class PrintedLetter:
    """A letter with a code: when it was required, and whether its owner signed in before anything cancelled it."""

    at: datetime
    owner_was_in: bool = False


def window_of(quota: LetterQuota) -> timedelta:
    """Return how long a letter counts."""
    return timedelta(days=quota.within_days)


def possible_from(quota: LetterQuota, printed: Sequence[PrintedLetter], *, origin: Origin, now: datetime) -> datetime:
    """Return the instant from which another letter is possible, `now` where it is at once.

    `printed` are the letters within the quota's window, oldest first. An adviser who speaks with the member need not wait
    between two letters, and neither must who has signed in since the last one: that one was stopped, or is needed no more. The
    most within the window holds for everybody.
    """
    possible = now
    if len(printed) >= quota.most:
        possible = max(possible, printed[-quota.most].at + window_of(quota))
    if printed and origin != "adviser" and not printed[-1].owner_was_in:
        possible = max(possible, printed[-1].at + timedelta(hours=quota.hours_between))
    return possible

"""How many letters with a code an account may cause: each costs money, and cancels the code before it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from identity_service.domain.brand_policy import LetterQuota

Origin = Literal["member", "adviser", "bounce"]


def window_of(quota: LetterQuota) -> timedelta:
    """Return how long a letter counts."""
    return timedelta(days=quota.within_days)


def possible_from(quota: LetterQuota, printed: Sequence[datetime], *, origin: Origin, now: datetime) -> datetime:
    """Return the instant from which another letter is possible, `now` where it is at once.

    `printed` are the instants of the letters within the quota's window, oldest first. An adviser who speaks with the member
    need not wait between two letters; the most within the window holds for everybody.
    """
    possible = now
    if len(printed) >= quota.most:
        possible = max(possible, printed[-quota.most] + window_of(quota))
    if printed and origin != "adviser":
        possible = max(possible, printed[-1] + timedelta(hours=quota.hours_between))
    return possible

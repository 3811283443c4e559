"""How an account stands, in words for an adviser who helps somebody that is stuck."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from service_kit.clock import civil_date

from identity_service.domain.accounts import Account
from identity_service.domain.brand_policy import BrandPolicy, Lockout

State = Literal["closed", "not_yet_in_force", "ended", "not_activated", "locked", "read_only", "active"]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Tries:
    """How often somebody tried to come in of late."""

    failures: int = 0  # in a row
    try_not_before: datetime | None = None
    day_began: datetime | None = None
    day_tries: int = 0

    def today(self, now: datetime) -> int:
        """Return the tries of the last 24 hours, right or wrong."""
        return self.day_tries if self.day_began is not None and self.day_began > now - DAY else 0


@dataclass(frozen=True)
class Lock:
    """Why a password is not looked at: until an instant, or until another channel has proved the owner."""

    until: datetime | None = None
    other_channel_needed: bool = False

    @property
    def closed(self) -> bool:
        """Tell whether there is a lock at all."""
        return self.other_channel_needed or self.until is not None


def lock_of(tries: Tries, lockout: Lockout, *, now: datetime) -> Lock:
    """Return what keeps the next try from being looked at, as `store.tries.count` decides it."""
    if tries.failures >= lockout.disable_at_failures:
        return Lock(other_channel_needed=True)
    ends = [] if tries.try_not_before is None else [tries.try_not_before]
    if tries.day_began is not None and tries.today(now) >= lockout.tries_per_day:
        ends.append(tries.day_began + DAY)
    until = max(ends, default=now)
    return Lock(until=until if until > now else None)


def state_of(account: Account, lock: Lock, policy: BrandPolicy, *, now: datetime) -> State:
    """Return the one word for what stands in the way first."""
    today = civil_date(now)
    if account.closed_at is not None:
        return "closed"
    if today < account.effective_from:
        return "not_yet_in_force"
    if not account.usable_on(today, read_only_years=policy.read_only_years):
        return "ended"
    if account.password_hash is None:
        return "not_activated"
    if lock.closed:
        return "locked"
    return "active" if account.in_force_on(today) else "read_only"

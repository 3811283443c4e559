"""For how long data are kept, and when whoever has left is told that they leave, too. Civil dates in Europe/Paris.

The space of an ex-member stays open in reading for the brand's years, five at least, and is closed two months after that was
told (code de la mutualité, L221-6-6). Contracts, claims and contributions are kept as long: limitation is two years (L221-11), or
five under common law (code civil, art. 2224). What is asked to be erased before is restricted (GDPR art. 17(3) and 18).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts_service.domain.termination.calendar_months import months_after

NOTICE_MONTHS = 2  # L221-6-6
POSTING = timedelta(days=10)  # the letter that tells it must be there before the two months begin
MONTHS_OF_YEAR = 12


class RetentionRules(BaseModel):
    """How long a brand keeps what it knows of former members: [contracts.retention]."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    years_after_end: Annotated[int, Field(ge=5, le=30)] = 5
    quiet_days: Annotated[int, Field(ge=1, le=365)] = (
        30  # before those leave who came to us when their time had passed already
    )


@dataclass(frozen=True)
class Keeping:
    """Until when a former member comes in, and when the data leave; `end_date` is the contract's last day."""

    end_date: date
    access_until: date
    announce_on: date
    purge_on: date


def keeping_of(end_date: date, *, read_only_years: int, rules: RetentionRules) -> Keeping:
    """Return what follows from a contract's last day."""
    access_until = years_after(end_date, read_only_years)
    kept_until = max(access_until, years_after(end_date, rules.years_after_end))
    return Keeping(
        end_date=end_date,
        access_until=access_until,
        announce_on=_months_before(access_until, NOTICE_MONTHS) - POSTING,
        purge_on=kept_until if kept_until == date.max else kept_until + timedelta(days=1),
    )


def may_purge(keeping: Keeping, *, announced_on: date | None, known_since: date, today: date, quiet_days: int) -> bool:
    """Tell whether the data of a former member leave on `today`.

    Whoever was told has had two months; whoever was never told had no access here, and leaves after the quiet days.
    """
    if today < keeping.purge_on:
        return False
    if announced_on is None:
        return today >= known_since + timedelta(days=quiet_days)
    return today >= months_after(announced_on, NOTICE_MONTHS)


def is_announced(keeping: Keeping, *, known_since: date, today: date) -> bool:
    """Tell whether the closing of the space is told on `today`: to whoever has had access here, and still has."""
    return known_since <= keeping.announce_on and today <= keeping.access_until


def latest_end_to_announce(today: date, *, read_only_years: int) -> date:
    """Return the last end of a contract of which the closing may have to be told by `today`: an upper bound for a look-up."""
    return years_after(months_after(today + POSTING, NOTICE_MONTHS), -read_only_years) + timedelta(days=3)


def latest_end_to_purge(today: date, *, read_only_years: int, rules: RetentionRules) -> date:
    """Return the last end of a contract whose data may have to leave by `today`: an upper bound for a look-up."""
    return years_after(today, -max(read_only_years, rules.years_after_end)) + timedelta(days=1)


def years_after(day: date, years: int) -> date:
    """Return the same day some years later; of 29 February the month's last one (code de procédure civile, art. 641)."""
    # Of 31/12/9999, how older systems write "no end", the last day that there is.
    return months_after(day, years * MONTHS_OF_YEAR)


def _months_before(day: date, months: int) -> date:
    return day if day == date.max else months_after(day, -months)

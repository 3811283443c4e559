"""From when to when a third-party-payment card is valid. Civil dates in Europe/Paris, the last day included."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Validity:
    """A period of days, both included."""

    first: date
    last: date


def card_validity(
    today: date, *, effective_date: date, renewal_date: date | None, end_date: date | None
) -> Validity | None:
    """Return the validity of a card issued `today`, or None for a contract that has ended.

    From the contract's effective date, or 1 January of this year if that is later, to the renewal date (31 December
    where there is none), or to the contract's end if that is earlier. A contract that is not yet in force gets a card
    for its first year.
    """
    in_force = max(today, effective_date)
    if end_date is not None and end_date < in_force:
        return None
    last = date(in_force.year, 12, 31) if renewal_date is None else _next_renewal(renewal_date, in_force)
    return Validity(max(effective_date, date(today.year, 1, 1)), last if end_date is None else min(last, end_date))


def _next_renewal(renewal_date: date, day: date) -> date:
    """Return the renewal date, or where it has passed its first anniversary from `day` on.

    A contract that was not ended renews itself (tacite reconduction), whether or not its file was brought up to date.
    """
    if renewal_date >= day:
        return renewal_date
    this_year = _in_year(renewal_date, day.year)
    return this_year if this_year >= day else _in_year(renewal_date, day.year + 1)


def _in_year(day: date, year: int) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return date(year, 2, 28) if leap_day else day.replace(year=year)

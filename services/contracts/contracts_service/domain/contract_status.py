"""Whether a contract is in force: civil dates in Europe/Paris, the last day included."""

from datetime import date, timedelta
from typing import Literal

ContractStatus = Literal["not_yet_in_force", "in_force", "ended"]

# A member who came to us with a contract that had ended longer ago has known of it for long.
OLD_NEWS = timedelta(days=30)


def status_on(day: date, *, effective_date: date, end_date: date | None) -> ContractStatus:
    """Return what a contract is on `day`."""
    if end_date is not None and end_date < day:
        return "ended"
    return "in_force" if effective_date <= day else "not_yet_in_force"


def end_is_news(end_date: date, *, known_since: date) -> bool:
    """Tell whether a member is still told that the contract has ended; `known_since` is the day on which the member came to us.

    However late the end of a known member's contract is entered, it is news: the card has been shown in vain meanwhile.
    """
    return known_since - end_date <= OLD_NEWS

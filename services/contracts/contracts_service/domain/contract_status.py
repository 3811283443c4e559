"""Whether a contract is in force: civil dates in Europe/Paris, the last day included."""

from datetime import date
from typing import Literal

ContractStatus = Literal["not_yet_in_force", "in_force", "ended"]


def status_on(day: date, *, effective_date: date, end_date: date | None) -> ContractStatus:
    """Return what a contract is on `day`."""
    if end_date is not None and end_date < day:
        return "ended"
    return "in_force" if effective_date <= day else "not_yet_in_force"

"""Time as an argument: nobody below a composition function calls `datetime.now`."""

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> datetime:
        """Return an aware UTC instant."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC)


def civil_date(instant: datetime) -> date:
    """Return the date that a calendar on a wall in Paris shows at `instant`.

    Effective dates, deadlines and birthdays are civil dates in Europe/Paris, never UTC dates.
    """
    return instant.astimezone(PARIS).date()

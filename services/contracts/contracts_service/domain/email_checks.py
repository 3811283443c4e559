"""When to ask whether an e-mail address is still the right one, and until when to wait (code de la mutualité, L221-6-5).

The law wants an address to be verified before it is used, and every year then. No I/O; civil days in Paris.
"""

from datetime import date, datetime, timedelta

from service_kit.clock import civil_date

from contracts_service.domain.termination.calendar_months import months_after


def next_check_on(verified_at: datetime | None, *, months: int, today: date) -> date:
    """Return the day of the next question about an address that was proved at that instant; today where it never was."""
    return today if verified_at is None else max(today, months_after(civil_date(verified_at), months))


def reply_by(today: date, *, days: int) -> date:
    """Return the last day on which an answer counts."""
    return today + timedelta(days=days)

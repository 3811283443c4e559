"""What members are told about money, and what is only written down: a first import of the whole stock must not mail everybody."""

from datetime import date, timedelta

OLD_NEWS = timedelta(days=60)


def settlement_is_news(paid_on: date | None, *, today: date) -> bool:
    """Tell whether a line that has come is one to tell of: it is paid, and not long ago."""
    return paid_on is not None and today - paid_on < OLD_NEWS


def unpaid_is_news(due_date: date, *, today: date, was_known: bool) -> bool:
    """Tell whether a contribution that is unpaid is one to tell of; one that was known before always is."""
    return was_known or today - due_date <= OLD_NEWS

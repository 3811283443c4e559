"""A letter was handed over: how long that took, and whether the promise was kept. Writes figures only."""

from datetime import datetime, timedelta
from typing import Protocol

from notifications_service import metrics
from notifications_service.domain.letter_promise import promised_until
from notifications_service.domain.working_days import working_time
from notifications_service.resources import Notifications


class Timed(Protocol):
    """A letter, as far as its times go."""

    @property
    def purpose(self) -> str:
        """Return what it is for."""
        ...

    @property
    def created_at(self) -> datetime:
        """Return when it was required."""
        ...


def measure_hand_over(notifications: Notifications, brand: str, letter: Timed, *, now: datetime) -> None:
    """Count a letter of a brand that was handed over now, with the working hours that it has waited."""
    rules = notifications.brands[brand].letters
    waited = working_time(letter.created_at, now, rules.region)
    kept = "inside" if now <= promised_until(rules, letter.created_at) else "late"
    metrics.ATTEMPTS.labels(letter.purpose, "letter", "handed-over").inc()
    metrics.SECONDS_TO_RELAY.labels(letter.purpose, "letter").observe((now - letter.created_at).total_seconds())
    metrics.LETTER_WORKING_HOURS.labels(brand).observe(waited / timedelta(hours=1))
    metrics.LETTER_PROMISES.labels(brand, kept).inc()

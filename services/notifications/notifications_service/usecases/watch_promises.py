"""The promise on letters is watched: who waits for too long, whose last cut-off comes, whose promise is broken.

Reads deliveries and print_batches; writes gauges, and alarms to the log. Gives a promise to letters that the release before has
planned. Each letter is told once in each alarm by each process: what was told is where the promises end, not a list of letters.
"""

from datetime import datetime, timedelta

import structlog
from service_kit.database import Connection

from notifications_service import metrics
from notifications_service.domain.letter_promise import Alarm, alarm_limits, promised_until
from notifications_service.resources import Notifications
from notifications_service.store import letter_promises
from notifications_service.store.letter_promises import Alarmed, Kept, Threshold

SHOWN_FOR = timedelta(days=30)
AT_ONCE = 500

log = structlog.get_logger()


class PromiseWatch:
    """Looks at the promises of all brands, and remembers up to where it has told each alarm."""

    def __init__(self, notifications: Notifications) -> None:
        self._notifications = notifications
        self._told: dict[tuple[str, Alarm], datetime] = {}

    async def look(self) -> int:
        """Measure, tell what is new, and return 0, so that the loop waits for its next poll."""
        notifications, now = self._notifications, self._notifications.now()
        limits = {
            (brand, alarm): until
            for brand, sender in notifications.brands.items()
            for alarm, until in alarm_limits(sender.letters, now).items()
        }
        thresholds = [
            Threshold(brand, alarm, until, self._told.get((brand, alarm))) for (brand, alarm), until in limits.items()
        ]
        async with notifications.database.connection() as connection:
            await _promise_older(notifications, connection)
            found = await letter_promises.alarmed(connection, thresholds)
            kept = {brand: await how_kept(connection, brand, now=now) for brand in notifications.brands}
        for threshold, alarmed in zip(thresholds, found, strict=True):
            _tell(threshold, alarmed)
        for brand, one in kept.items():
            metrics.LETTERS_WAITING.labels(brand).set(one.waiting)
            metrics.PROMISE_KEPT.labels(brand).set(one.inside / (one.inside + one.late) if one.inside + one.late else 1)
        self._told = limits
        return 0


async def how_kept(connection: Connection, brand: str, *, now: datetime) -> Kept:
    """Return how a brand's promise was kept lately."""
    return await letter_promises.kept(connection, brand, since=now - SHOWN_FOR, now=now)


async def _promise_older(notifications: Notifications, connection: Connection) -> None:
    letters = await letter_promises.without_promise(connection, limit=AT_ONCE)
    promises = {
        one.id: promised_until(notifications.brands[one.brand].letters, one.created_at)
        for one in letters
        if one.brand in notifications.brands
    }
    if promises:
        await letter_promises.promise(connection, promises)


def _tell(threshold: Threshold, alarmed: Alarmed) -> None:
    metrics.LETTERS_IN_ALARM.labels(threshold.brand, threshold.alarm).set(alarmed.letters)
    if alarmed.newly:
        log.error(
            "letter_promise_alarm",
            alarm=threshold.alarm,
            brand=threshold.brand,
            letters=alarmed.newly,
            delivery_ids=[str(one) for one in alarmed.first],
        )

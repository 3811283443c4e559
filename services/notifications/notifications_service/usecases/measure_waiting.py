"""How long messages have waited, for operators. Reads deliveries and recipients; writes gauges, and an alert to the log."""

from datetime import timedelta

import structlog

from notifications_service import metrics
from notifications_service.resources import Notifications
from notifications_service.store import deliveries

CHANNELS = ("email", "letter")
PATIENCE = timedelta(minutes=10)  # contracts' event about the recipient should have come by then

log = structlog.get_logger()


async def measure_waiting(notifications: Notifications) -> int:
    """Measure and return 0, so that the loop waits for its next poll."""
    async with notifications.database.connection() as connection:
        waiting = await deliveries.waiting(connection, now=notifications.now(), patience=PATIENCE)
    for channel in CHANNELS:
        metrics.OLDEST_DUE_SECONDS.labels(channel).set(max(waiting.oldest_seconds.get(channel, 0.0), 0.0))
    metrics.WITHOUT_RECIPIENT.set(waiting.without_recipient)
    if waiting.without_recipient:
        log.error("letters_without_recipient", letters=waiting.without_recipient)
    return 0

"""How long messages have waited, for operators. Reads deliveries and recipients; writes gauges, and alerts to the log."""

from datetime import timedelta

import structlog
from service_kit.database import Connection

from notifications_service import metrics
from notifications_service.resources import Notifications
from notifications_service.store import waiting

CHANNELS = ("email", "letter")
EVERY_LANE = "any"  # letters leave together
PATIENCE = timedelta(minutes=10)  # contracts' event about the recipient should have come by then

log = structlog.get_logger()


async def measure_waiting(notifications: Notifications) -> int:
    """Measure and return 0, so that the loop waits for its next poll."""
    now = notifications.now()
    async with notifications.database.connection() as connection:
        for lane, seconds in (await waiting.oldest_mails(connection, now=now)).items():
            metrics.OLDEST_DUE_SECONDS.labels("email", lane.name.lower()).set(seconds)
        metrics.OLDEST_DUE_SECONDS.labels("letter", EVERY_LANE).set(await waiting.oldest_letter(connection, now=now))
        lacking = await waiting.letters_without_recipient(connection, now=now, patience=PATIENCE)
        await _measure_stranded(connection)
    metrics.WITHOUT_RECIPIENT.set(lacking)
    if lacking:
        log.error("letters_without_recipient", letters=lacking)
    return 0


async def _measure_stranded(connection: Connection) -> None:
    found = await waiting.stranded(connection)
    for channel in CHANNELS:
        count = found.get(channel, 0)
        metrics.STRANDED.labels(channel).set(count)
        if count:
            log.error("deliveries_stranded", channel=channel, deliveries=count)

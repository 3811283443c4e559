"""Carries events from the outbox to the broker: leased, published many at a time, marked once confirmed.

A relay that dies leaves a lease that runs out; a publish whose outcome is unknown is made again with the same id. So every
event arrives at least once, and the consumer's inbox makes it once.
"""

import asyncio

import structlog

from service_kit import outbox
from service_kit.broker import Broker, BrokerUnavailable, Unroutable
from service_kit.database import Database
from service_kit.metrics import OUTBOX_OLDEST_SECONDS, OUTBOX_PUBLISHED, OUTBOX_REFUSED
from service_kit.outbox import OutboxRow

BATCH = 100
LEASE_SECONDS = 30.0
PAUSE_SECONDS: dict[type[Exception], float] = {BrokerUnavailable: 1.0, Unroutable: 5.0}
LONG_PAUSE_SECONDS = 30.0  # after a mistake of ours

log = structlog.get_logger()


class Relay:
    """Publishes the outbox of one service."""

    def __init__(self, service: str, database: Database, broker: Broker) -> None:
        self._service, self._database, self._broker = service, database, broker

    async def publish_due(self) -> int:
        """Publish one batch and return how many events left; what failed is tried again after a pause."""
        async with self._database.transaction() as connection:
            rows = await outbox.claim(connection, source=self._service, limit=BATCH, lease_seconds=LEASE_SECONDS)
        if not rows:
            return 0
        pauses = await asyncio.gather(*(self._publish(row) for row in rows))
        published = [row for row, pause in zip(rows, pauses, strict=True) if pause is None]
        async with self._database.transaction() as connection:
            if published:
                await outbox.mark_published(connection, published)
            for pause in {one for one in pauses if one is not None}:
                back = [row for row, its_pause in zip(rows, pauses, strict=True) if its_pause == pause]
                await outbox.give_back(connection, back, pause_seconds=pause)
        return len(published)

    async def _publish(self, row: OutboxRow) -> float | None:
        """Publish one row; return None, or the seconds before the next try."""
        try:
            await self._broker.publish(row.envelope)
        except Exception as error:  # whatever is wrong with one event, the others of its batch are marked
            pause = PAUSE_SECONDS.get(type(error), LONG_PAUSE_SECONDS)
            OUTBOX_REFUSED.labels(self._service, type(error).__name__).inc()
            log.warning(
                "event_not_published",
                reason=type(error).__name__,
                event_type=row.envelope.type,
                event_id=str(row.envelope.id),
                exc_info=None if type(error) in PAUSE_SECONDS else error,
            )
            return pause
        OUTBOX_PUBLISHED.labels(self._service, row.envelope.type).inc()
        return None

    async def measure(self) -> int:
        """Set the gauge of the oldest unpublished event's age."""
        async with self._database.connection() as connection:
            OUTBOX_OLDEST_SECONDS.labels(self._service).set(await outbox.oldest_age_seconds(connection))
        return 0

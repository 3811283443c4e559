"""Housekeeping of the kit's own tables, an hour apart: partitions ahead, old partitions dropped, old answers forgotten."""

from datetime import timedelta

from service_kit.clock import Clock
from service_kit.database import Database
from service_kit.partitions import drop_old_partitions, empty_default_partition, ensure_partitions

OUTBOX_DAYS = 3  # published events are kept for a look back
INBOX_DAYS = 90  # a dead letter is replayed sooner (docs/operating.md § Dead letters), so that it is recognised
HOUR_SECONDS = 3600.0


class Maintenance:
    """One service's housekeeping."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def round(self) -> int:
        """Do it all; return 0, so that the loop waits for the next hour."""
        today = self._clock.now().date()
        async with self._database.connection() as connection:
            await ensure_partitions(connection, today=today)
            for table, days in (("outbox", OUTBOX_DAYS), ("inbox", INBOX_DAYS)):
                await drop_old_partitions(connection, table=table, before=today - timedelta(days=days))
                await empty_default_partition(connection, table=table, before=today - timedelta(days=days))
            await connection.execute("DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours'")
        return 0

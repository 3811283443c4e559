"""The outbox: an event is recorded in the transaction of the decision that it tells, and nowhere else.

Personal fields are sealed here, before they touch the table. `relay` publishes the rows and blanks the sealed part.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.database import Connection
from service_kit.events import Envelope, Event
from service_kit.sealing import Sealer
from service_kit.time_slices import TimeSlices
from service_kit.tracing import current_traceparent


@dataclass(frozen=True)
class OutboxRow:
    """An event on its way: where it stands and what it carries."""

    recorded_on: Any
    position: int
    envelope: Envelope


class Outbox:
    """Records events of one service."""

    def __init__(self, service: str, sealer: Sealer) -> None:
        self.service, self._sealer = service, sealer

    async def append(self, connection: Connection, event: Event, *, event_id: UUID, occurred_at: datetime) -> None:
        """Record `event` in the caller's transaction."""
        await self.append_all(connection, [(event_id, event, current_traceparent())], occurred_at=occurred_at)

    async def append_all(
        self, connection: Connection, events: list[tuple[UUID, Event, str | None]], *, occurred_at: datetime
    ) -> None:
        """Record several events (id, event, traceparent) in the caller's transaction, in one round trip."""
        rows, slices = [], TimeSlices()
        for event_id, event, trace in events:
            rows.append((event_id, *self._columns(event, occurred_at), trace))
            await slices.pause()  # sealing takes the processor
        await connection.executemany(
            """
            INSERT INTO outbox (id, type, subject, occurred_at, data, sealed, traceparent)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            rows,
        )

    def _columns(self, event: Event, occurred_at: datetime) -> tuple[Any, ...]:
        data, personal = event.parts()
        sealed = self._sealer.seal(personal, recipients=event.recipients) if personal else None
        return event.event_type, event.subject(), occurred_at, data, sealed


async def claim(connection: Connection, *, source: str, limit: int, lease_seconds: float) -> list[OutboxRow]:
    """Lease up to `limit` unpublished rows, oldest first: no other relay takes them until the lease has gone."""
    rows = await connection.fetch(
        """
        WITH due AS (
            SELECT recorded_on, position FROM outbox
            WHERE published_at IS NULL AND (claimed_until IS NULL OR claimed_until < now())
            ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED
        )
        UPDATE outbox SET claimed_until = now() + make_interval(secs => $2), attempts = attempts + 1
        FROM due WHERE outbox.recorded_on = due.recorded_on AND outbox.position = due.position
        RETURNING outbox.*
        """,
        limit,
        lease_seconds,
    )
    return [
        OutboxRow(
            row["recorded_on"],
            row["position"],
            Envelope(
                id=row["id"],
                type=row["type"],
                source=f"/{source}",
                time=row["occurred_at"],
                subject=row["subject"],
                data=row["data"],
                sealed=row["sealed"],
                traceparent=row["traceparent"],
            ),
        )
        for row in sorted(rows, key=lambda row: row["position"])
    ]


async def mark_published(connection: Connection, rows: list[OutboxRow]) -> None:
    """Mark rows as published and blank their sealed part: what travelled is not kept."""
    await connection.execute(
        """
        UPDATE outbox SET published_at = now(), sealed = NULL, claimed_until = NULL
        FROM unnest($1::date[], $2::bigint[]) AS done (recorded_on, position)
        WHERE outbox.recorded_on = done.recorded_on AND outbox.position = done.position
        """,
        [row.recorded_on for row in rows],
        [row.position for row in rows],
    )


async def give_back(connection: Connection, rows: list[OutboxRow], *, pause_seconds: float) -> None:
    """Let rows that could not be published be claimed again after a pause."""
    await connection.execute(
        """
        UPDATE outbox SET claimed_until = now() + make_interval(secs => $3)
        FROM unnest($1::date[], $2::bigint[]) AS back (recorded_on, position)
        WHERE outbox.recorded_on = back.recorded_on AND outbox.position = back.position AND published_at IS NULL
        """,
        [row.recorded_on for row in rows],
        [row.position for row in rows],
        pause_seconds,
    )


async def oldest_age_seconds(connection: Connection) -> float:
    """Return the age of the oldest unpublished event in seconds, 0.0 when there is none."""
    age = await connection.fetchval(
        "SELECT extract(epoch FROM now() - min(recorded_at))::float8 FROM outbox WHERE published_at IS NULL"
    )
    return float(age or 0.0)

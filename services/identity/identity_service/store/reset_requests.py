"""SQL of reset requests: asked, not yet decided."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True)
class ResetRequest:
    """Somebody asked for a new password with an identifier of which only the digests are kept."""

    id: UUID
    brand: str
    identifier_digests: list[bytes]
    requested_at: datetime
    traceparent: str | None


async def insert(connection: Connection, request: ResetRequest, *, next_look_at: datetime) -> None:
    """Keep a request until it is looked at."""
    await connection.execute(
        """
        INSERT INTO reset_requests (id, brand, identifier_digests, requested_at, traceparent, next_look_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        request.id,
        request.brand,
        request.identifier_digests,
        request.requested_at,
        request.traceparent,
        next_look_at,
    )


async def take(connection: Connection, *, now: datetime, limit: int) -> list[ResetRequest]:
    """Take out up to `limit` requests that are due, longest due first. Back if the caller's transaction does not commit."""
    rows = await connection.fetch(
        """
        DELETE FROM reset_requests WHERE id IN (
            SELECT id FROM reset_requests WHERE next_look_at <= $1 ORDER BY next_look_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ) RETURNING id, brand, identifier_digests, requested_at, traceparent
        """,
        now,
        limit,
    )
    return [ResetRequest(**dict(row)) for row in rows]

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


async def insert(connection: Connection, request: ResetRequest) -> None:
    """Keep a request."""
    await connection.execute(
        "INSERT INTO reset_requests (id, brand, identifier_digests, requested_at, traceparent) VALUES ($1, $2, $3, $4, $5)",
        request.id,
        request.brand,
        request.identifier_digests,
        request.requested_at,
        request.traceparent,
    )


async def take(connection: Connection, *, limit: int) -> list[ResetRequest]:
    """Take out up to `limit` requests, oldest first. They are back if the caller's transaction does not commit."""
    rows = await connection.fetch(
        """
        DELETE FROM reset_requests WHERE id IN (
            SELECT id FROM reset_requests ORDER BY requested_at LIMIT $1 FOR UPDATE SKIP LOCKED
        ) RETURNING id, brand, identifier_digests, requested_at, traceparent
        """,
        limit,
    )
    return [ResetRequest(**dict(row)) for row in rows]

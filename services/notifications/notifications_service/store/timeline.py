"""SQL of what a member may read about the messages to them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True)
class DeliveryRecord:
    """A delivery as it stands, and the instants of what it went through."""

    id: UUID
    purpose: str
    channel: str
    state: str
    masked_address: str | None
    created_at: datetime
    batched_at: datetime | None
    possibly_sent_at: datetime | None
    sent_at: datetime | None
    failed_at: datetime | None


async def of_member(
    connection: Connection, brand: str, member_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[DeliveryRecord]:
    """Return up to `limit` deliveries of a member, newest first, from the one after `before` (created_at, id) on."""
    rows = await connection.fetch(
        """
        SELECT id, purpose, channel, state, masked_address, created_at, batched_at, sent_at, failed_at, (
            SELECT min(tried_at) FROM delivery_attempts
            WHERE delivery_id = deliveries.id AND outcome IN ('possibly-sent', 'interrupted')
        ) AS possibly_sent_at
        FROM deliveries
        WHERE brand = $1 AND member_id = $2 AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4))
        ORDER BY created_at DESC, id DESC LIMIT $5
        """,
        brand,
        member_id,
        before and before[0],
        before and before[1],
        limit,
    )
    return [DeliveryRecord(**dict(row)) for row in rows]

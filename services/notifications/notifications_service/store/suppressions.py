"""SQL of e-mail addresses at which nothing arrives. An address is a keyed digest; a row that is lifted stays as evidence."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.http.cursors import Position

from notifications_service.store.deliveries import EndedDelivery


@dataclass(frozen=True)
class Suppression:
    """An address to which nothing is sent, as staff see it."""

    id: UUID
    member_id: UUID
    masked_address: str
    reason: str
    status: str | None
    suppressed_at: datetime


async def add(
    connection: Connection, suppression_id: UUID, mail: EndedDelivery, *, status: str | None, now: datetime
) -> bool:
    """Suppress the address that a mail went to; return False where it is already, or where its digest was never kept."""
    return bool(
        await connection.fetchval(
            """
            INSERT INTO suppressed_addresses (
                id, brand, member_id, address_digest, masked_address, reason, status, delivery_id, suppressed_at
            )
            SELECT $1, brand, member_id, address_digest, masked_address, $3, $4, id, $5 FROM deliveries
            WHERE id = $2 AND channel = 'email' AND address_digest IS NOT NULL AND masked_address IS NOT NULL
            ON CONFLICT (brand, address_digest) WHERE lifted_at IS NULL DO NOTHING
            RETURNING true
            """,
            suppression_id,
            mail.id,
            mail.failure,
            status,
            now,
        )
    )


async def of_address(connection: Connection, brand: str, *, digests: list[bytes]) -> UUID | None:
    """Return the suppression by which a brand sends nothing to the address with one of these digests: one under each key."""
    found: UUID | None = await connection.fetchval(
        """
        SELECT id FROM suppressed_addresses WHERE brand = $1 AND address_digest = ANY($2) AND lifted_at IS NULL
        ORDER BY suppressed_at LIMIT 1
        """,
        brand,
        digests,
    )
    return found


async def listed(
    connection: Connection, brand: str, *, member_id: UUID | None, before: Position | None, limit: int
) -> list[Suppression]:
    """Return up to `limit` addresses that are suppressed now, newest first, from the one after `before` on."""
    instant, suppression_id = before or (None, None)
    rows = await connection.fetch(
        """
        SELECT id, member_id, masked_address, reason, status, suppressed_at FROM suppressed_addresses
        WHERE brand = $1 AND lifted_at IS NULL AND ($2::uuid IS NULL OR member_id = $2)
            AND ($3::timestamptz IS NULL OR (suppressed_at, id) < ($3, $4))
        ORDER BY suppressed_at DESC, id DESC LIMIT $5
        """,
        brand,
        member_id,
        instant,
        suppression_id,
        limit,
    )
    return [Suppression(**dict(row)) for row in rows]


@dataclass(frozen=True)
class Lifted:
    """A suppression that is lifted: by this call, or before it."""

    member_id: UUID
    is_new: bool


async def lift(connection: Connection, brand: str, suppression_id: UUID, *, now: datetime) -> Lifted | None:
    """Let mails go to an address again; None for a suppression that the brand does not have."""
    row = await connection.fetchrow(
        """
        WITH found AS (
            SELECT id, lifted_at IS NULL AS is_new FROM suppressed_addresses WHERE brand = $1 AND id = $2 FOR UPDATE
        )
        UPDATE suppressed_addresses SET lifted_at = coalesce(lifted_at, $3)
        FROM found WHERE suppressed_addresses.id = found.id
        RETURNING member_id, is_new
        """,
        brand,
        suppression_id,
        now,
    )
    return None if row is None else Lifted(row["member_id"], row["is_new"])

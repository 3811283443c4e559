"""SQL of postal addresses from which a letter came back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from notifications_service.store.handed_over_letters import Letter


async def close(connection: Connection, letter: Letter, *, reason: str, closed_at: datetime) -> bool:
    """Close the address that a letter was printed with; False when it was closed before, or is not known any more."""
    return bool(
        await connection.fetchval(
            """
            INSERT INTO closed_addresses (brand, member_id, address_digest, reason, delivery_id, closed_at)
            SELECT $1, $2, $3, $4, $5, $6 WHERE $3::bytea IS NOT NULL
            ON CONFLICT (brand, member_id, address_digest) DO NOTHING RETURNING true
            """,
            letter.brand,
            letter.member_id,
            letter.address_digest,
            reason,
            letter.id,
            closed_at,
        )
    )


@dataclass(frozen=True)
class DoubtfulLetter:
    """A waiting letter to a member of whom some address is closed, locked until the transaction ends."""

    id: UUID
    brand: str
    member_id: UUID
    content_sealed: bytes
    person_sealed: bytes
    closed_digests: list[bytes]


async def take_doubtful(connection: Connection, *, limit: int) -> list[DoubtfulLetter]:
    """Lock up to `limit` waiting letters whose address may be closed, oldest first; what another worker has locked is its."""
    rows = await connection.fetch(
        """
        SELECT letter.id, letter.brand, letter.member_id, content_sealed, person_sealed, ARRAY(
            SELECT address_digest FROM closed_addresses AS closed
            WHERE closed.brand = letter.brand AND closed.member_id = letter.member_id
        ) AS closed_digests
        FROM deliveries AS letter JOIN recipients USING (brand, member_id)
        WHERE channel = 'letter' AND next_attempt_at IS NOT NULL AND EXISTS (
            SELECT FROM closed_addresses AS closed
            WHERE closed.brand = letter.brand AND closed.member_id = letter.member_id
        )
        ORDER BY next_attempt_at LIMIT $1 FOR UPDATE OF letter SKIP LOCKED
        """,
        limit,
    )
    return [DoubtfulLetter(**dict(row)) for row in rows]


@dataclass(frozen=True)
class ClosedAddress:
    """A closed address as advisers see it; `person_sealed` is who lives where now, as contracts has told last."""

    member_id: UUID
    town: str | None
    reason: str
    closed_at: datetime
    letter_id: UUID
    address_digest: bytes
    person_sealed: bytes | None


async def of_brand(
    connection: Connection, brand: str, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[ClosedAddress]:
    """Return up to `limit` closed addresses of a brand, newest first, from the one after `before` (closed_at, letter) on."""
    rows = await connection.fetch(
        """
        SELECT closed.member_id, letter.masked_address AS town, closed.reason, closed.closed_at,
            closed.delivery_id AS letter_id, closed.address_digest, person_sealed
        FROM closed_addresses AS closed
        JOIN deliveries AS letter ON letter.id = closed.delivery_id
        LEFT JOIN recipients ON recipients.brand = closed.brand AND recipients.member_id = closed.member_id
        WHERE closed.brand = $1 AND ($2::timestamptz IS NULL OR (closed.closed_at, closed.delivery_id) < ($2, $3))
        ORDER BY closed.closed_at DESC, closed.delivery_id DESC LIMIT $4
        """,
        brand,
        before and before[0],
        before and before[1],
        limit,
    )
    return [ClosedAddress(**dict(row)) for row in rows]

"""SQL of recipients."""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection


async def save(
    connection: Connection, brand: str, member_id: UUID, *, version: int, person_sealed: bytes, now: datetime
) -> bool:
    """Keep a person's state; return False when what is kept is as new or newer (events may overtake each other)."""
    return bool(
        await connection.fetchval(
            """
            INSERT INTO recipients (brand, member_id, version, person_sealed, updated_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (brand, member_id) DO UPDATE SET version = $3, person_sealed = $4, updated_at = $5
            WHERE recipients.version < $3
            RETURNING true
            """,
            brand,
            member_id,
            version,
            person_sealed,
            now,
        )
    )


async def find(connection: Connection, brand: str, member_id: UUID) -> bytes | None:
    """Return what is kept of a person, sealed; None while the member is not known."""
    found: bytes | None = await connection.fetchval(
        "SELECT person_sealed FROM recipients WHERE brand = $1 AND member_id = $2", brand, member_id
    )
    return found

"""SQL of recipients."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True)
class KeptRecipient:
    """A person as told last: sealed, but for the wish to have on paper what the law wants on a durable medium."""

    version: int
    person_sealed: bytes
    wants_paper: bool


async def save(connection: Connection, brand: str, member_id: UUID, kept: KeptRecipient, *, now: datetime) -> bool:
    """Keep a person's state; return False when what is kept is as new or newer (events may overtake each other)."""
    return bool(
        await connection.fetchval(
            """
            INSERT INTO recipients (brand, member_id, version, person_sealed, wants_paper, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (brand, member_id) DO UPDATE SET version = $3, person_sealed = $4, wants_paper = $5, updated_at = $6
            WHERE recipients.version < $3
            RETURNING true
            """,
            brand,
            member_id,
            kept.version,
            kept.person_sealed,
            kept.wants_paper,
            now,
        )
    )


async def find(connection: Connection, brand: str, member_id: UUID) -> bytes | None:
    """Return what is kept of a person, sealed; None while the member is not known."""
    found: bytes | None = await connection.fetchval(
        "SELECT person_sealed FROM recipients WHERE brand = $1 AND member_id = $2", brand, member_id
    )
    return found


async def wants_paper(connection: Connection, brand: str, member_id: UUID) -> bool:
    """Tell whether a person has asked for paper; of who is not known yet, nothing is."""
    return bool(
        await connection.fetchval(
            "SELECT wants_paper FROM recipients WHERE brand = $1 AND member_id = $2", brand, member_id
        )
    )

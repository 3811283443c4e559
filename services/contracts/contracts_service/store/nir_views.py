"""SQL of numbers shown to staff: the sealed number of a person, and how many somebody has seen."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as

KIND = "nir_viewed"


@dataclass(frozen=True)
class SealedNumber:
    """A person's number; `member_id` is whose contract covers the person."""

    person_id: UUID
    member_id: UUID
    nir_sealed: bytes


async def find_of_member(connection: Connection, *, brand: str, member_id: UUID) -> SealedNumber | None:
    """Return the number of a member of `brand`."""
    row = await connection.fetchrow(
        "SELECT id AS person_id, id AS member_id, nir_sealed FROM members WHERE id = $1 AND brand = $2",
        member_id,
        brand,
    )
    return row_as(SealedNumber, row)


async def find_of_beneficiary(connection: Connection, *, brand: str, beneficiary_id: UUID) -> SealedNumber | None:
    """Return the number of somebody whom a contract of `brand` covers or has covered; None also when there is no number."""
    row = await connection.fetchrow(
        """
        SELECT beneficiaries.id AS person_id, member_id, beneficiaries.nir_sealed
        FROM beneficiaries JOIN contracts ON contracts.id = contract_id JOIN members ON members.id = member_id
        WHERE beneficiaries.id = $1 AND brand = $2 AND beneficiaries.nir_sealed IS NOT NULL
        """,
        beneficiary_id,
        brand,
    )
    return row_as(SealedNumber, row)


async def lock_staff(connection: Connection, *, brand: str, staff: str) -> None:
    """Let one call at a time of the same member of staff count and record."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('contracts.nir_views:' || $1 || ':' || $2, 0))", brand, staff
    )


async def seen_since(connection: Connection, *, brand: str, staff: str, since: datetime) -> list[datetime]:
    """Return when somebody of the staff has seen a number, the first one first."""
    rows = await connection.fetch(
        "SELECT at FROM staff_deeds WHERE brand = $1 AND staff = $2 AND kind = $3 AND at > $4 ORDER BY at",
        brand,
        staff,
        KIND,
        since,
    )
    return [row["at"] for row in rows]

"""SQL of what staff did: written in the transaction of the act, kept for good. The table refuses every change."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True, kw_only=True)
class StaffDeed:
    """A deed as it is kept: the reason is sealed, since it may name the member."""

    id: UUID
    at: datetime
    brand: str
    staff: str
    kind: str
    object_id: UUID | None  # what it was done to
    member_id: UUID | None  # whom it concerns
    reason_sealed: bytes | None  # context: the deed's id


async def record(connection: Connection, deed: StaffDeed) -> None:
    """Keep a deed."""
    await connection.execute(
        """
        INSERT INTO staff_deeds (id, at, brand, staff, kind, object_id, member_id, reason_sealed)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        deed.id,
        deed.at,
        deed.brand,
        deed.staff,
        deed.kind,
        deed.object_id,
        deed.member_id,
        deed.reason_sealed,
    )

"""What staff do and is remembered: who, for which brand, what, to whom, and why in their own words.

A deed is written in the transaction of the act, to the service's own table `staff_deeds`, which refuses every change. A service
names its kinds of deeds itself.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.key_rings import Cipher
from service_kit.personal import Personal


@dataclass(frozen=True)
class Deed:
    """One thing that was done."""

    act: "StaffAct"
    kind: str
    object_id: UUID | None  # what it was done to
    member_id: UUID | None  # whom it concerns


@dataclass(frozen=True)
class StaffAct:
    """Who of a brand's staff does something, and why, in their own words: what every deed of theirs says."""

    brand: str
    staff: str  # the subject of the staff token
    reason: Personal | None = None

    def deed(self, kind: str, *, object_id: UUID | None = None, member_id: UUID | None = None) -> Deed:
        """Return the deed of this act."""
        return Deed(self, kind, object_id, member_id)


async def record_deed(connection: Connection, deed: Deed, *, deed_id: UUID, reasons: Cipher, now: datetime) -> None:
    """Record a deed in the caller's transaction; its reason, which may name the member, is sealed (context: the deed's id)."""
    act, sealed = deed.act, None
    if act.reason is not None:
        sealed = reasons.seal(act.reason.reveal().encode(), context=str(deed_id))
    await connection.execute(
        """
        INSERT INTO staff_deeds (id, at, brand, staff, kind, object_id, member_id, reason_sealed)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        deed_id,
        now,
        act.brand,
        act.staff,
        deed.kind,
        deed.object_id,
        deed.member_id,
        sealed,
    )

"""SQL of requests about beneficiaries, as their member and a decision see them; `request_queues` has those of the back office."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from service_kit.database import Connection, row_as
from service_kit.http.cursors import Position

from contracts_service.domain.beneficiary_rules import Cause, Change
from contracts_service.domain.enrolment_line import Relation
from contracts_service.domain.request_states import OPEN, Effect, State


@dataclass(frozen=True)
class BeneficiaryRequest:
    """A request, in the order of the columns that are written."""

    id: UUID
    member_id: UUID
    brand: str
    version: int
    change: Change
    state: State
    beneficiary_id: UUID | None
    relation: Relation
    first_name: str | None
    last_name: str
    birth_date: str
    birth_rank: int
    nir_sealed: bytes | None
    cause: Cause | None
    asked: list[dict[str, Any]]
    requested_date: date
    effective_date: date | None
    apply_on: date | None
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    decided_by: str | None
    refusal_sealed: bytes | None
    closed_at: datetime | None
    applied_at: datetime | None

    @property
    def effect(self) -> Effect | None:
        """Return whether the contract says what was accepted yet."""
        if self.state != "accepted":
            return None
        return "applied" if self.applied_at is not None else "upcoming"


NAMES = tuple(BeneficiaryRequest.__dataclass_fields__)
COLUMNS = ", ".join(NAMES)
PLACES = ", ".join(f"${place}" for place, _ in enumerate(NAMES, start=1))
CHANGING = tuple(
    name for name in NAMES if name not in ("id", "member_id", "brand", "created_at")
)  # the others never do
CHANGES = ", ".join(f"{name} = ${place}" for place, name in enumerate(CHANGING, start=2))


async def lock_member(connection: Connection, member_id: UUID) -> None:
    """Let one transaction at a time open a request of a member: what is open is counted before."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('contracts.beneficiary_requests:' || $1, 0))", str(member_id)
    )


async def add(connection: Connection, row: BeneficiaryRequest) -> None:
    """Write a new request."""
    await connection.execute(
        f"INSERT INTO beneficiary_requests ({COLUMNS}) VALUES ({PLACES})",  # noqa: S608 - ours
        *vars(row).values(),
    )


async def save(connection: Connection, row: BeneficiaryRequest) -> None:
    """Write what a request has become; the row was locked when it was read."""
    await connection.execute(
        f"UPDATE beneficiary_requests SET {CHANGES} WHERE id = $1",  # noqa: S608 - ours
        row.id,
        *(getattr(row, name) for name in CHANGING),
    )


async def find_of_member(
    connection: Connection, request_id: UUID, *, member_id: UUID, lock: bool = False
) -> BeneficiaryRequest | None:
    """Return a request of a member; with `lock`, nobody else changes it before the transaction ends."""
    row = await connection.fetchrow(
        f"SELECT {COLUMNS} FROM beneficiary_requests WHERE id = $1 AND member_id = $2 {_locking(lock)}",  # noqa: S608 - ours
        request_id,
        member_id,
    )
    return row_as(BeneficiaryRequest, row)


async def find_of_brand(
    connection: Connection, request_id: UUID, *, brand: str, lock: bool = False
) -> BeneficiaryRequest | None:
    """Return a request to a brand; `lock` as above."""
    row = await connection.fetchrow(
        f"SELECT {COLUMNS} FROM beneficiary_requests WHERE id = $1 AND brand = $2 {_locking(lock)}",  # noqa: S608 - ours
        request_id,
        brand,
    )
    return row_as(BeneficiaryRequest, row)


def _locking(lock: bool) -> str:
    return "FOR UPDATE" if lock else ""


async def list_of_member(
    connection: Connection, member_id: UUID, *, before: Position | None, limit: int
) -> list[BeneficiaryRequest]:
    """Return requests of a member, newest first, those before `before`."""
    instant, row_id = before or (None, None)
    rows = await connection.fetch(
        f"""
        SELECT {COLUMNS} FROM beneficiary_requests
        WHERE member_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
        ORDER BY created_at DESC, id DESC LIMIT $4
        """,  # noqa: S608 - ours
        member_id,
        instant,
        row_id,
        limit,
    )
    return [BeneficiaryRequest(**dict(row)) for row in rows]


async def unsettled_of_member(connection: Connection, member_id: UUID) -> list[BeneficiaryRequest]:
    """Return a member's requests that are undecided, or accepted for a day to come."""
    rows = await connection.fetch(
        f"""
        SELECT {COLUMNS} FROM beneficiary_requests
        WHERE member_id = $1 AND (state = ANY($2) OR apply_on IS NOT NULL) ORDER BY created_at, id
        """,  # noqa: S608 - ours
        member_id,
        list(OPEN),
    )
    return [BeneficiaryRequest(**dict(row)) for row in rows]


async def opened_since(connection: Connection, member_id: UUID, *, since: datetime) -> int:
    """Return how many requests a member has opened since an instant."""
    found: int = await connection.fetchval(
        "SELECT count(*) FROM beneficiary_requests WHERE member_id = $1 AND created_at > $2", member_id, since
    )
    return found


async def count_upload(connection: Connection, request_id: UUID) -> int:
    """Count a file that is about to be sent for a request, good or bad; return how many there were."""
    uploads: int = await connection.fetchval(
        "UPDATE beneficiary_requests SET uploads = uploads + 1 WHERE id = $1 RETURNING uploads", request_id
    )
    return uploads

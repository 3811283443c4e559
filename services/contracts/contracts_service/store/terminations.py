"""SQL of requests that were received. A trigger keeps what came as it came, and what was decided as it was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection, row_as
from service_kit.http.cursors import Position

from contracts_service.domain.termination.standing import Standing

COLUMNS = """id, brand, use, channel, received_at, recorded_at, recorded_by, text_digest, recap_digest, evidence_sealed,
secret_digest, state, member_id, decided_at, motive, requalified, effective_date, refund_by, reason, articles,
former_end_date, ends_contract, closed_at"""


@dataclass(frozen=True)
class ReceivedRow:
    """What came, in the order of the statement's columns: evidence from now on."""

    id: UUID
    brand: str
    use: str
    channel: str
    received_at: datetime
    recorded_at: datetime
    recorded_by: str | None
    text_digest: bytes | None
    recap_digest: bytes
    evidence_sealed: bytes
    secret_digest: bytes | None
    state: str
    member_id: UUID | None


@dataclass(frozen=True)
class TerminationRow(ReceivedRow):
    """A request and what became of it."""

    decided_at: datetime | None = None
    motive: str | None = None
    requalified: bool | None = None
    effective_date: date | None = None
    refund_by: date | None = None
    reason: str | None = None
    articles: list[str] | None = None
    former_end_date: date | None = None
    ends_contract: bool | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class DecidedRow:
    """What was decided of a request, in the order of the statement's parameters."""

    id: UUID
    state: str
    member_id: UUID
    decided_at: datetime
    motive: str
    requalified: bool
    effective_date: date | None
    refund_by: date | None
    reason: str | None
    articles: Sequence[str]
    former_end_date: date | None
    ends_contract: bool


async def add(connection: Connection, row: ReceivedRow) -> None:
    """Keep what was received."""
    await connection.execute(
        """
        INSERT INTO terminations (
            id, brand, use, channel, received_at, recorded_at, recorded_by, text_digest, recap_digest, evidence_sealed,
            secret_digest, state, member_id
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """,
        *vars(row).values(),
    )


async def decide(connection: Connection, row: DecidedRow) -> None:
    """Write what was decided: once."""
    await connection.execute(
        """
        UPDATE terminations SET
            state = $2, member_id = $3, decided_at = $4, motive = $5, requalified = $6, effective_date = $7,
            refund_by = $8, reason = $9, articles = $10, former_end_date = $11, ends_contract = $12
        WHERE id = $1
        """,
        *vars(row).values(),
    )


async def set_aside(connection: Connection, termination_id: UUID) -> None:
    """Let a person find out who it is: nobody was recognised."""
    await connection.execute("UPDATE terminations SET state = 'to_identify' WHERE id = $1", termination_id)


async def close(connection: Connection, termination_id: UUID, *, state: str, now: datetime) -> None:
    """Note that a termination was contested or cancelled."""
    await connection.execute(
        "UPDATE terminations SET state = $2, closed_at = $3 WHERE id = $1", termination_id, state, now
    )


async def find(connection: Connection, termination_id: UUID, *, brand: str) -> TerminationRow | None:
    """Return a request of `brand`, locked until the transaction ends."""
    row = await connection.fetchrow(
        f"SELECT {COLUMNS} FROM terminations WHERE id = $1 AND brand = $2 FOR UPDATE",  # noqa: S608 - ours
        termination_id,
        brand,
    )
    return row_as(TerminationRow, row)


async def of_member(
    connection: Connection, member_id: UUID, *, before: Position | None, limit: int
) -> list[TerminationRow]:
    """Return up to `limit` requests about a member's contract, newest first, from `before` on."""
    instant, last_id = before or (None, None)
    rows = await connection.fetch(
        f"""
        SELECT {COLUMNS} FROM terminations
        WHERE member_id = $1 AND ($2::timestamptz IS NULL OR (received_at, id) < ($2, $3::uuid))
        ORDER BY received_at DESC, id DESC LIMIT $4
        """,  # noqa: S608 - ours
        member_id,
        instant,
        last_id,
        limit,
    )
    return [TerminationRow(**dict(row)) for row in rows]


async def of_brand(
    connection: Connection, brand: str, *, states: Sequence[str], before: Position | None, limit: int
) -> list[TerminationRow]:
    """Return up to `limit` requests of a brand in `states`, newest first, from `before` on."""
    instant, last_id = before or (None, None)
    rows = await connection.fetch(
        f"""
        SELECT {COLUMNS} FROM terminations
        WHERE brand = $1 AND state = ANY($2) AND ($3::timestamptz IS NULL OR (received_at, id) < ($3, $4::uuid))
        ORDER BY received_at DESC, id DESC LIMIT $5
        """,  # noqa: S608 - ours
        brand,
        list(states),
        instant,
        last_id,
        limit,
    )
    return [TerminationRow(**dict(row)) for row in rows]


async def standing(connection: Connection, member_ids: Sequence[UUID]) -> list[Standing]:
    """Return the registered terminations of members that were not undone."""
    rows = await connection.fetch(
        """
        SELECT id, member_id, effective_date, motive FROM terminations
        WHERE member_id = ANY($1) AND state = 'registered'
        """,
        list(member_ids),
    )
    return [Standing(**dict(row)) for row in rows]


async def find_acknowledged(connection: Connection, member_id: UUID, *, cause: UUID | None) -> UUID | None:
    """Return the member's termination with the id `cause`, or else the last one that has an effect."""
    found: UUID | None = await connection.fetchval(
        """
        SELECT id FROM terminations WHERE member_id = $1 AND effective_date IS NOT NULL
        ORDER BY (id = $2) IS TRUE DESC, received_at DESC LIMIT 1
        """,
        member_id,
        cause,
    )
    return found


async def next_to_decide(connection: Connection) -> tuple[UUID, str] | None:
    """Return (id, brand) of the request that has waited longest for somebody to look who sent it."""
    row = await connection.fetchrow(
        "SELECT id, brand FROM terminations WHERE state = 'received' ORDER BY received_at LIMIT 1"
    )
    return None if row is None else (row["id"], row["brand"])

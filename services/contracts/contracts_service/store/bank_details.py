"""SQL of bank details: the account of a person, a change that is pending, and those before. Rows are never deleted here."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from service_kit.database import Connection, row_as

Stopper = Literal["person", "staff", "another-change"]


@dataclass(frozen=True)
class NewDetails:
    """An account that was given, in the order of the statement's columns; what is sealed has the row's id as its context."""

    id: UUID
    brand: str
    member_id: UUID
    person_id: UUID
    iban_sealed: bytes
    holder_sealed: bytes
    bic_sealed: bytes | None
    iban_digest: bytes
    requested_at: datetime
    in_force_on: date


@dataclass(frozen=True)
class KnownDetails:
    """An account in force, or pending."""

    id: UUID
    person_id: UUID
    state: Literal["pending", "in_force"]
    version: int
    iban_sealed: bytes
    holder_sealed: bytes
    bic_sealed: bytes | None
    iban_digest: bytes
    requested_at: datetime
    in_force_on: date


async def lock_person(connection: Connection, person_id: UUID) -> None:
    """Let one change of a person's bank details be decided at a time: two accounts may be given at once where there is none."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('contracts.bank_details:' || $1, 0))", str(person_id)
    )


async def find(connection: Connection, person_id: UUID) -> list[KnownDetails]:
    """Return a person's account in force and the pending one, where there are any."""
    rows = await connection.fetch(
        """
        SELECT id, person_id, state, version, iban_sealed, holder_sealed, bic_sealed, iban_digest, requested_at, in_force_on
        FROM bank_details WHERE person_id = $1 AND state IN ('pending', 'in_force')
        """,
        person_id,
    )
    return [KnownDetails(**dict(row)) for row in rows]


async def take(connection: Connection, person_id: UUID) -> list[KnownDetails]:
    """Lock a person's account in force and the pending one, and return them as they are then.

    The pending one first, as the loop does that puts it into force: whoever comes second sees what the first has done.
    """
    rows = await connection.fetch(
        """
        SELECT id, person_id, state, version, iban_sealed, holder_sealed, bic_sealed, iban_digest, requested_at, in_force_on
        FROM bank_details WHERE person_id = $1 AND state IN ('pending', 'in_force')
        ORDER BY state DESC FOR UPDATE
        """,
        person_id,
    )
    return [KnownDetails(**dict(row)) for row in rows]


async def requested_since(connection: Connection, person_id: UUID, *, since: datetime) -> list[datetime]:
    """Return when a person gave accounts since then, the oldest first."""
    rows = await connection.fetch(
        "SELECT requested_at FROM bank_details WHERE person_id = $1 AND requested_at > $2 ORDER BY requested_at",
        person_id,
        since,
    )
    return [row["requested_at"] for row in rows]


async def save_pending(connection: Connection, details: NewDetails) -> None:
    """Write an account that comes into force on its day; the one that was pending before is to be stopped first."""
    await connection.execute(
        """
        INSERT INTO bank_details (
            id, brand, member_id, person_id, iban_sealed, holder_sealed, bic_sealed, iban_digest, requested_at, in_force_on,
            state
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending')
        """,
        *vars(details).values(),
    )


async def save_names(connection: Connection, known: KnownDetails, *, holder: bytes, bic: bytes | None) -> None:
    """Write whose account it is, and which bank's, anew: the number is the same."""
    await connection.execute(
        "UPDATE bank_details SET holder_sealed = $2, bic_sealed = $3, version = version + 1 WHERE id = $1",
        known.id,
        holder,
        bic,
    )


async def cancel_pending(connection: Connection, person_id: UUID, *, by: Stopper, now: datetime) -> UUID | None:
    """Stop a person's pending change and return its id; None where there is none (any more).

    Against the loop that puts it into force, whoever locks the row first wins: the other finds another state.
    """
    cancelled: UUID | None = await connection.fetchval(
        """
        UPDATE bank_details SET state = 'cancelled', cancelled_by = $2, ended_at = $3, version = version + 1
        WHERE person_id = $1 AND state = 'pending' RETURNING id
        """,
        person_id,
        by,
        now,
    )
    return cancelled


@dataclass(frozen=True)
class DueDetails:
    """A pending change whose day has come, locked until the transaction ends."""

    id: UUID
    person_id: UUID
    version: int


async def take_due(connection: Connection, *, today: date) -> DueDetails | None:
    """Lock the pending change that is due the longest by `today`; one that somebody else holds is left to them."""
    row = await connection.fetchrow(
        """
        SELECT id, person_id, version FROM bank_details WHERE state = 'pending' AND in_force_on <= $1
        ORDER BY in_force_on LIMIT 1 FOR UPDATE SKIP LOCKED
        """,
        today,
    )
    return row_as(DueDetails, row)


async def put_into_force(connection: Connection, due: DueDetails, *, now: datetime) -> bool:
    """Let a pending account take the place of the one in force; return False where it is not pending in that version any more."""
    await connection.execute(
        """
        UPDATE bank_details SET state = 'replaced', ended_at = $3, version = version + 1
        WHERE person_id = $1 AND state = 'in_force'
            AND EXISTS (SELECT FROM bank_details WHERE id = $2 AND state = 'pending' AND version = $4)
        """,
        due.person_id,
        due.id,
        now,
        due.version,
    )
    return bool(
        await connection.fetchval(
            """
            UPDATE bank_details SET state = 'in_force', in_force_at = $3, version = version + 1
            WHERE id = $1 AND state = 'pending' AND version = $2 RETURNING true
            """,
            due.id,
            due.version,
            now,
        )
    )

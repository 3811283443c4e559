"""SQL of letters on their way into a print batch and out of the house."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from notifications_service.store import served_letters
from notifications_service.store.deliveries import EndedDelivery

NOT_WRITTEN = "not-written"  # the outcome of an attempt at which a letter could not be read


@dataclass(frozen=True)
class DueLetter:
    """A letter whose recipient is known, locked until the transaction ends."""

    id: UUID
    purpose: str
    member_id: UUID
    attempts: int
    content_sealed: bytes
    person_sealed: bytes


@dataclass(frozen=True)
class Leaving:
    """What leaves now of a brand: once a letter was due at `due_since`, each that was required until `required_until`."""

    brand: str
    due_since: datetime
    required_until: datetime


async def with_letters(connection: Connection, leaving: list[Leaving], *, now: datetime) -> list[Leaving]:
    """Return those of `leaving` for which there is a letter that is still of use and whose recipient is known."""
    rows = await connection.fetch(
        """
        SELECT position FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY
            AS leaving (brand, due_since, required_until, position)
        WHERE EXISTS (
            SELECT FROM deliveries JOIN recipients USING (brand, member_id)
            WHERE channel = 'letter' AND brand = leaving.brand AND next_attempt_at <= leaving.due_since
            AND created_at <= leaving.required_until AND give_up_at > $4
            OFFSET 0 -- asked brand by brand, and no join that reads every recipient
        ) ORDER BY position
        """,
        [one.brand for one in leaving],
        [one.due_since for one in leaving],
        [one.required_until for one in leaving],
        now,
    )
    return [leaving[row["position"] - 1] for row in rows]


async def take(connection: Connection, leaving: Leaving, *, limit: int, now: datetime) -> list[DueLetter]:
    """Lock up to `limit` due letters of a brand, oldest first; those that another worker has locked are left to it."""
    rows = await connection.fetch(
        """
        SELECT letter.id, purpose, member_id, attempts, content_sealed, person_sealed
        FROM deliveries AS letter JOIN recipients USING (brand, member_id)
        WHERE channel = 'letter' AND brand = $1 AND next_attempt_at <= $2 AND created_at <= $3 AND give_up_at > $2
        ORDER BY next_attempt_at LIMIT $4 FOR UPDATE OF letter SKIP LOCKED
        """,
        leaving.brand,
        now,
        leaving.required_until,
        limit,
    )
    return [DueLetter(**dict(row)) for row in rows]


@dataclass(frozen=True)
class AddressedLetter:
    """A letter ready to be drawn: its code and its address block sealed together, and the town that lists show."""

    id: UUID
    content_sealed: bytes
    town: str
    address_digest: bytes


async def assign(connection: Connection, letters: list[AddressedLetter], *, batch_id: UUID, now: datetime) -> None:
    """Put letters into a batch."""
    await connection.execute(
        """
        UPDATE deliveries SET
            state = 'batched', next_attempt_at = NULL, batched_at = $5, print_batch_id = $4,
            content_sealed = addressed.content_sealed, masked_address = addressed.town,
            address_digest = addressed.address_digest
        FROM unnest($1::uuid[], $2::bytea[], $3::text[], $6::bytea[]) AS addressed (id, content_sealed, town, address_digest)
        WHERE deliveries.id = addressed.id
        """,
        [letter.id for letter in letters],
        [letter.content_sealed for letter in letters],
        [letter.town for letter in letters],
        batch_id,
        now,
        [letter.address_digest for letter in letters],
    )


async def settle_undrawn(
    connection: Connection, *, failures: dict[UUID, str], due: dict[UUID, datetime], now: datetime
) -> list[EndedDelivery]:
    """End the letters that can never be drawn, and return them; let those that cannot be read now be collected again."""
    ended = await fail(connection, failures, now=now) if failures else []
    if due:
        await postpone(connection, due, now=now)
        await served_letters.end_planned(connection, list(due), now=now)
    return ended


async def fail(connection: Connection, failures: dict[UUID, str], *, now: datetime) -> list[EndedDelivery]:
    """End letters that cannot be printed, each with its reason, and blank their codes; return those that were ended."""
    rows = await connection.fetch(
        """
        WITH failed AS (
            UPDATE deliveries SET
                state = 'failed', failure = wrong.failure, failed_at = $3, next_attempt_at = NULL, content_sealed = NULL
            FROM unnest($1::uuid[], $2::text[]) AS wrong (id, failure)
            WHERE deliveries.id = wrong.id AND state IN ('planned', 'batched')
            RETURNING deliveries.id, brand, purpose, channel, member_id, cause, state, deliveries.failure
        ), noted AS (
            INSERT INTO delivery_attempts (delivery_id, tried_at, outcome) SELECT id, $3, failure FROM failed
        )
        SELECT * FROM failed
        """,
        list(failures),
        list(failures.values()),
        now,
    )
    return [EndedDelivery(**dict(row)) for row in rows]


async def postpone(connection: Connection, due: dict[UUID, datetime], *, now: datetime) -> None:
    """Let letters that cannot be read now be collected again, each at its instant; one in a batch leaves it."""
    await connection.execute(
        """
        WITH unread AS (
            UPDATE deliveries SET
                state = 'planned', next_attempt_at = later.due, attempts = attempts + 1,
                print_batch_id = NULL, batched_at = NULL
            FROM unnest($1::uuid[], $2::timestamptz[]) AS later (id, due)
            WHERE deliveries.id = later.id AND state IN ('planned', 'batched')
            RETURNING deliveries.id
        )
        INSERT INTO delivery_attempts (delivery_id, tried_at, outcome) SELECT id, $3, $4 FROM unread
        """,
        list(due),
        list(due.values()),
        now,
        NOT_WRITTEN,
    )


@dataclass(frozen=True)
class BatchedLetter:
    """A letter of a batch that is to be drawn."""

    id: UUID
    purpose: str
    attempts: int
    created_at: datetime
    expires_at: datetime
    content_sealed: bytes
    traceparent: str | None


async def of_batch(connection: Connection, batch_id: UUID) -> list[BatchedLetter]:
    """Return the letters of a batch of which no folder is chosen yet, in a fixed order."""
    rows = await connection.fetch(
        """
        SELECT id, purpose, attempts, created_at, expires_at, content_sealed, traceparent FROM deliveries
        WHERE print_batch_id = $1 AND state = 'batched' ORDER BY created_at, id
        """,
        batch_id,
    )
    return [BatchedLetter(**dict(row)) for row in rows]


async def mark_rendered(connection: Connection, batch_id: UUID, *, now: datetime) -> None:
    """Note that the letters of a batch are in its chosen folder, and blank their codes: nothing is drawn again."""
    await connection.execute(
        """
        UPDATE deliveries SET state = 'rendered', rendered_at = $2, content_sealed = NULL, failure = NULL
        WHERE print_batch_id = $1 AND state = 'batched'
        """,
        batch_id,
        now,
    )


@dataclass(frozen=True)
class HandedOverLetter:
    """A letter that is the print provider's now."""

    id: UUID
    purpose: str
    created_at: datetime


async def mark_handed_over(connection: Connection, batch_id: UUID, *, now: datetime) -> list[HandedOverLetter]:
    """Note that the letters of a batch's chosen folder are the print provider's now, and return them.

    A batch whose folder was chosen by the release before has its letters in `batched` still.
    """
    rows = await connection.fetch(
        """
        WITH gone AS (
            UPDATE deliveries SET
                state = 'handed_over', sent_at = $2, attempts = attempts + 1, content_sealed = NULL, failure = NULL
            WHERE print_batch_id = $1 AND state IN ('batched', 'rendered') RETURNING id, purpose, created_at
        ), noted AS (
            INSERT INTO delivery_attempts (delivery_id, tried_at, outcome) SELECT id, $2, 'handed-over' FROM gone
        )
        SELECT id, purpose, created_at FROM gone
        """,
        batch_id,
        now,
    )
    return [HandedOverLetter(**dict(row)) for row in rows]

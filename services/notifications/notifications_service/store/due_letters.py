"""SQL of letters on their way into a print batch and out of the house."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True)
class DueLetter:
    """A letter whose recipient is known, locked until the transaction ends."""

    id: UUID
    purpose: str
    member_id: UUID
    content_sealed: bytes
    person_sealed: bytes


async def brands_due(connection: Connection, *, collected_since: datetime, now: datetime) -> list[str]:
    """Return the brands with a letter that was due at `collected_since` already, is still of use, and has a recipient."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT brand FROM deliveries JOIN recipients USING (brand, member_id)
        WHERE channel = 'letter' AND next_attempt_at <= $1 AND give_up_at > $2
        """,
        collected_since,
        now,
    )
    return [row["brand"] for row in rows]


async def take(connection: Connection, brand: str, *, limit: int, now: datetime) -> list[DueLetter]:
    """Lock up to `limit` due letters of a brand, oldest first; those that another worker has locked are left to it."""
    rows = await connection.fetch(
        """
        SELECT letter.id, purpose, member_id, content_sealed, person_sealed
        FROM deliveries AS letter JOIN recipients USING (brand, member_id)
        WHERE channel = 'letter' AND brand = $1 AND next_attempt_at <= $2 AND give_up_at > $2
        ORDER BY next_attempt_at LIMIT $3 FOR UPDATE OF letter SKIP LOCKED
        """,
        brand,
        now,
        limit,
    )
    return [DueLetter(**dict(row)) for row in rows]


@dataclass(frozen=True)
class AddressedLetter:
    """A letter ready to be drawn: its code and its address block sealed together, and the town that lists show."""

    id: UUID
    content_sealed: bytes
    town: str


async def assign(connection: Connection, letters: list[AddressedLetter], *, batch_id: UUID, now: datetime) -> None:
    """Put letters into a batch."""
    await connection.execute(
        """
        UPDATE deliveries SET
            state = 'batched', next_attempt_at = NULL, batched_at = $5, print_batch_id = $4,
            content_sealed = addressed.content_sealed, masked_address = addressed.town
        FROM unnest($1::uuid[], $2::bytea[], $3::text[]) AS addressed (id, content_sealed, town)
        WHERE deliveries.id = addressed.id
        """,
        [letter.id for letter in letters],
        [letter.content_sealed for letter in letters],
        [letter.town for letter in letters],
        batch_id,
        now,
    )


async def fail(connection: Connection, failures: dict[UUID, str], *, now: datetime) -> None:
    """End letters that cannot be printed, each with its reason, and blank their codes."""
    await connection.execute(
        """
        WITH failed AS (
            UPDATE deliveries SET
                state = 'failed', failure = wrong.failure, failed_at = $3, next_attempt_at = NULL, content_sealed = NULL
            FROM unnest($1::uuid[], $2::text[]) AS wrong (id, failure)
            WHERE deliveries.id = wrong.id AND state IN ('planned', 'batched')
            RETURNING deliveries.id, deliveries.failure
        )
        INSERT INTO delivery_attempts (delivery_id, tried_at, outcome) SELECT id, $3, failure FROM failed
        """,
        list(failures),
        list(failures.values()),
        now,
    )


@dataclass(frozen=True)
class BatchedLetter:
    """A letter of a batch that is being printed."""

    id: UUID
    purpose: str
    created_at: datetime
    expires_at: datetime
    content_sealed: bytes
    traceparent: str | None


async def of_batch(connection: Connection, batch_id: UUID) -> list[BatchedLetter]:
    """Return the letters of a batch that are not handed over yet, in a fixed order."""
    rows = await connection.fetch(
        """
        SELECT id, purpose, created_at, expires_at, content_sealed, traceparent FROM deliveries
        WHERE print_batch_id = $1 AND state = 'batched' ORDER BY created_at, id
        """,
        batch_id,
    )
    return [BatchedLetter(**dict(row)) for row in rows]


async def mark_handed_over(connection: Connection, letter_ids: list[UUID], *, now: datetime) -> None:
    """Note that letters are the print provider's now, and blank their codes."""
    await connection.execute(
        """
        WITH gone AS (
            UPDATE deliveries SET state = 'handed_over', sent_at = $2, attempts = attempts + 1, content_sealed = NULL
            WHERE id = any($1) AND state = 'batched' RETURNING id
        )
        INSERT INTO delivery_attempts (delivery_id, tried_at, outcome) SELECT id, $2, 'handed-over' FROM gone
        """,
        letter_ids,
        now,
    )

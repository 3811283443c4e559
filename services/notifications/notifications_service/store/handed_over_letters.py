"""SQL of letters that the print provider has: posted, come back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as


async def of_batch(connection: Connection, batch_id: UUID) -> dict[UUID, datetime]:
    """Return the letters of a batch that have left us, whatever became of them since, and from when on each may have left.

    That is the choice of its folder: the print provider may have it a while before its hand-over is noted.
    """
    rows = await connection.fetch(
        """
        SELECT id, coalesce(rendered_at, sent_at) AS left_at FROM deliveries
        WHERE print_batch_id = $1 AND state IN ('handed_over', 'posted', 'returned')
        """,
        batch_id,
    )
    return {row["id"]: row["left_at"] for row in rows}


async def printable(connection: Connection, batch_id: UUID) -> list[UUID]:
    """Return the letters of a batch that are still to be printed, in a fixed order: neither posted, nor served meanwhile."""
    rows = await connection.fetch(
        """
        SELECT id FROM deliveries
        WHERE print_batch_id = $1 AND state = 'handed_over' AND served_at IS NULL AND pdf_removed_at IS NULL
        ORDER BY created_at, id
        """,
        batch_id,
    )
    return [row["id"] for row in rows]


async def mark_posted(
    connection: Connection, batch_id: UUID, letters: set[UUID], *, posted_at: datetime
) -> list[tuple[UUID, str]]:
    """Note that letters were posted; return id and purpose of those of which it was not known yet."""
    rows = await connection.fetch(
        """
        UPDATE deliveries SET state = 'posted', posted_at = $3
        WHERE print_batch_id = $1 AND id = ANY($2) AND state = 'handed_over' RETURNING id, purpose
        """,
        batch_id,
        list(letters),
        posted_at,
    )
    return [(row["id"], row["purpose"]) for row in rows]


@dataclass(frozen=True)
class Letter:
    """A letter as it stands, locked until the transaction ends; `left_at` as of `of_batch`, or when it was posted.

    `failure` is why it came back, once it has.
    """

    id: UUID
    brand: str
    purpose: str
    member_id: UUID
    cause: UUID
    state: str
    failure: str | None
    address_digest: bytes | None
    left_at: datetime | None
    returned_at: datetime | None


async def hold(connection: Connection, letter_id: UUID, *, brand: str | None) -> Letter | None:
    """Lock a letter, of `brand` where one is given, and return it."""
    row = await connection.fetchrow(
        """
        SELECT id, brand, purpose, member_id, cause, state, failure, address_digest,
            coalesce(posted_at, rendered_at, sent_at) AS left_at, returned_at
        FROM deliveries WHERE id = $1 AND channel = 'letter' AND ($2::text IS NULL OR brand = $2) FOR NO KEY UPDATE
        """,
        letter_id,
        brand,
    )
    return row_as(Letter, row)


async def mark_returned(connection: Connection, letter_id: UUID, *, reason: str, returned_at: datetime) -> None:
    """Note that a letter came back, and why."""
    await connection.execute(
        "UPDATE deliveries SET state = 'returned', failure = $2, returned_at = $3 WHERE id = $1",
        letter_id,
        reason,
        returned_at,
    )

"""SQL of print batches as print operators see them: with what became of their letters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from service_kit.database import Connection

State = Literal["printing", "handed_over", "posted"]


@dataclass(frozen=True)
class ListedBatch:
    """A batch and its letters. It is posted when each of them was, or came back; `posted_at` is then when the last one was.

    `promised_until` is the earliest end of the promise to hand a letter over.
    """

    id: UUID
    brand: str
    state: State
    created_at: datetime
    letters: int
    letters_posted: int
    handed_over_at: datetime | None
    posted_at: datetime | None
    promised_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which batches: of a brand, perhaps in one state only, or the one of an id; from the one after `before` on."""

    brand: str
    state: State | None = None
    batch_id: UUID | None = None
    before: tuple[datetime, UUID] | None = None  # created_at, id
    limit: int = 1


async def find(connection: Connection, wanted: Wanted) -> list[ListedBatch]:
    """Return batches, newest first. Letters that were never drawn (failed, stopped) are none of a batch's."""
    rows = await connection.fetch(
        """
        SELECT * FROM (
            SELECT batch.id, batch.brand, batch.created_at, inside.letters, inside.letters_posted, batch.handed_over_at,
                CASE WHEN inside.over THEN inside.posted_at END AS posted_at, inside.promised_until,
                CASE WHEN inside.over THEN 'posted' ELSE batch.state END AS state
            FROM print_batches AS batch CROSS JOIN LATERAL (
                SELECT count(*) AS letters, count(posted_at) AS letters_posted, max(posted_at) AS posted_at,
                    min(promised_until) AS promised_until,
                    batch.state = 'handed_over' AND bool_and(state IN ('posted', 'returned')) AS over
                FROM deliveries
                WHERE print_batch_id = batch.id AND state IN ('batched', 'rendered', 'handed_over', 'posted', 'returned')
            ) AS inside
            WHERE batch.state <> 'empty' AND batch.brand = $1 AND ($2::uuid IS NULL OR batch.id = $2)
        ) AS listed
        WHERE ($3::text IS NULL OR state = $3) AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5))
        ORDER BY created_at DESC, id DESC LIMIT $6
        """,
        wanted.brand,
        wanted.batch_id,
        wanted.state,
        wanted.before and wanted.before[0],
        wanted.before and wanted.before[1],
        wanted.limit,
    )
    return [ListedBatch(**dict(row)) for row in rows]

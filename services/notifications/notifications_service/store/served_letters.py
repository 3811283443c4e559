"""SQL of letters whose code has served: noted, ended where they were not drawn, their pages removed."""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from notifications_service.store.print_batches import PrintBatch

CODE_HAS_SERVED = "code-has-served"  # why a letter that was never printed failed


async def mark_served(
    connection: Connection, brand: str, *, member_id: UUID, cause: UUID, now: datetime
) -> UUID | None:
    """Note that a letter has served, and return its id; None when there is no such letter."""
    found: UUID | None = await connection.fetchval(
        """
        UPDATE deliveries SET served_at = coalesce(served_at, $4)
        WHERE brand = $1 AND purpose = 'posted_code' AND member_id = $2 AND cause = $3 AND channel = 'letter' RETURNING id
        """,
        brand,
        member_id,
        cause,
        now,
    )
    return found


async def end_planned(connection: Connection, delivery_ids: list[UUID], *, now: datetime) -> None:
    """End those letters that have served and still wait for a batch, blanking their codes."""
    await connection.execute(
        """
        UPDATE deliveries SET
            state = 'failed', failure = $3, failed_at = $2, next_attempt_at = NULL, content_sealed = NULL
        WHERE id = ANY($1) AND served_at IS NOT NULL AND state = 'planned'
        """,
        delivery_ids,
        now,
        CODE_HAS_SERVED,
    )


async def end_batched(connection: Connection, batch: PrintBatch, *, now: datetime) -> None:
    """End the letters of a batch under our lease that have served, unless its folder is chosen: that one may have left."""
    await connection.execute(
        """
        WITH ours AS (
            SELECT id FROM print_batches
            WHERE id = $1 AND state = 'printing' AND leased_until = $2 AND chosen_attempt IS NULL FOR UPDATE
        )
        UPDATE deliveries SET state = 'failed', failure = $4, failed_at = $3, content_sealed = NULL
        FROM ours WHERE print_batch_id = ours.id AND state = 'batched' AND served_at IS NOT NULL
        """,
        batch.id,
        batch.leased_until,
        now,
        CODE_HAS_SERVED,
    )


async def batches_with_pages(connection: Connection, *, limit: int) -> list[tuple[UUID, str]]:
    """Return id and brand of the handed-over batches in which a letter has served and its page was not removed yet."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT batch.id, batch.brand FROM deliveries JOIN print_batches AS batch ON batch.id = print_batch_id
        WHERE served_at IS NOT NULL AND pdf_removed_at IS NULL AND batch.state = 'handed_over' LIMIT $1
        """,
        limit,
    )
    return [(row["id"], row["brand"]) for row in rows]


async def with_pages(connection: Connection, batch_id: UUID) -> list[UUID]:
    """Return the letters of a batch that have served and whose pages were not removed yet."""
    rows = await connection.fetch(
        "SELECT id FROM deliveries WHERE print_batch_id = $1 AND served_at IS NOT NULL AND pdf_removed_at IS NULL",
        batch_id,
    )
    return [row["id"] for row in rows]


async def mark_pages_removed(connection: Connection, delivery_ids: list[UUID], *, now: datetime) -> None:
    """Note that the pages of letters are gone."""
    await connection.execute("UPDATE deliveries SET pdf_removed_at = $2 WHERE id = ANY($1)", delivery_ids, now)

"""SQL of pages in the print provider's folder: which are of no more use, since posted, come back, or their code has served."""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection


async def batches_with_pages(connection: Connection, *, limit: int) -> list[tuple[UUID, str]]:
    """Return id and brand of the handed-over batches in which a page is of no more use and was not removed yet."""
    rows = await connection.fetch(
        """
        SELECT id, brand FROM print_batches AS batch
        WHERE state = 'handed_over' AND pdfs_removed_at IS NULL AND EXISTS (
            SELECT FROM deliveries WHERE print_batch_id = batch.id AND pdf_removed_at IS NULL
            AND (served_at IS NOT NULL OR posted_at IS NOT NULL OR returned_at IS NOT NULL)
        )
        ORDER BY handed_over_at LIMIT $1
        """,
        limit,
    )
    return [(row["id"], row["brand"]) for row in rows]


async def with_pages(connection: Connection, batch_id: UUID) -> list[UUID]:
    """Return the letters of a batch whose pages are of no more use and were not removed yet."""
    rows = await connection.fetch(
        """
        SELECT id FROM deliveries WHERE print_batch_id = $1 AND pdf_removed_at IS NULL
        AND (served_at IS NOT NULL OR posted_at IS NOT NULL OR returned_at IS NOT NULL)
        """,
        batch_id,
    )
    return [row["id"] for row in rows]


async def mark_pages_removed(connection: Connection, delivery_ids: list[UUID], *, now: datetime) -> None:
    """Note that the pages of letters are gone."""
    await connection.execute("UPDATE deliveries SET pdf_removed_at = $2 WHERE id = ANY($1)", delivery_ids, now)

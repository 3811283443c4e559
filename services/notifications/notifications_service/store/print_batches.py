"""SQL of print batches: opened, drawn under a lease, one attempt's folder chosen, handed over, emptied of their PDFs.

What print operators see of them is `store/listed_batches.py`.

The end of the lease is also its proof: what a worker notes counts only while the lease that it was given stands.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as


@dataclass(frozen=True)
class PrintBatch:
    """A batch under our lease; `attempts` counts the leases so far, this one included.

    `chosen_attempt` is set when an attempt's folder is already on its way to the print provider.
    """

    id: UUID
    brand: str
    created_at: datetime
    attempts: int
    leased_until: datetime
    chosen_attempt: int | None
    channel: str


async def open_batch(connection: Connection, batch_id: UUID, brand: str, *, channel: str, now: datetime) -> None:
    """Open a batch that anybody may claim at once; it keeps its channel, whatever its brand's becomes."""
    await connection.execute(
        """
        INSERT INTO print_batches (id, brand, channel, state, created_at, leased_until)
        VALUES ($1, $2, $3, 'printing', $4, $4)
        """,
        batch_id,
        brand,
        channel,
        now,
    )


async def claim(connection: Connection, *, channel: str, now: datetime, leased_until: datetime) -> PrintBatch | None:
    """Lease the batch of a channel that has waited for longest: a new one, or one whose worker died."""
    row = await connection.fetchrow(
        """
        UPDATE print_batches SET leased_until = $2, attempts = attempts + 1
        WHERE id = (
            SELECT id FROM print_batches WHERE state = 'printing' AND leased_until <= $1 AND channel = $3
            ORDER BY leased_until LIMIT 1 FOR UPDATE SKIP LOCKED
        ) RETURNING id, brand, created_at, attempts, leased_until, chosen_attempt, channel
        """,
        now,
        leased_until,
        channel,
    )
    return None if row is None else PrintBatch(**dict(row))


async def is_leased(connection: Connection, batch: PrintBatch) -> bool:
    """Tell whether our lease stands, and keep others from claiming the batch until the transaction ends."""
    return bool(
        await connection.fetchval(
            "SELECT true FROM print_batches WHERE id = $1 AND state = 'printing' AND leased_until = $2 FOR SHARE",
            batch.id,
            batch.leased_until,
        )
    )


async def release(connection: Connection, batch: PrintBatch, *, until: datetime) -> None:
    """Give a lease back before its end: the batch may be claimed from `until` on."""
    await connection.execute(
        "UPDATE print_batches SET leased_until = $3 WHERE id = $1 AND state = 'printing' AND leased_until = $2",
        batch.id,
        batch.leased_until,
        until,
    )


async def choose_folder(connection: Connection, batch: PrintBatch) -> bool:
    """Note that this attempt's folder is the one to hand over; False when the lease has passed to another worker."""
    return bool(
        await connection.fetchval(
            """
            UPDATE print_batches SET chosen_attempt = $3
            WHERE id = $1 AND state = 'printing' AND leased_until = $2 AND chosen_attempt IS NULL
            RETURNING true
            """,
            batch.id,
            batch.leased_until,
            batch.attempts,
        )
    )


async def close_batch(connection: Connection, batch: PrintBatch, *, empty: bool, now: datetime) -> bool:
    """Note that a batch was handed over, or that none of its letters could be; False when the lease has passed on."""
    return bool(
        await connection.fetchval(
            """
            UPDATE print_batches SET
                state = CASE WHEN $3 THEN 'empty' ELSE 'handed_over' END,
                handed_over_at = CASE WHEN $3 THEN NULL ELSE $4::timestamptz END
            WHERE id = $1 AND state = 'printing' AND leased_until = $2
            RETURNING true
            """,
            batch.id,
            batch.leased_until,
            empty,
            now,
        )
    )


async def kept_too_long(connection: Connection, *, before: datetime, limit: int) -> list[tuple[UUID, str]]:
    """Return id and brand of batches handed over before an instant whose PDFs are still there."""
    rows = await connection.fetch(
        """
        SELECT id, brand FROM print_batches
        WHERE state = 'handed_over' AND pdfs_removed_at IS NULL AND handed_over_at < $1 ORDER BY handed_over_at LIMIT $2
        """,
        before,
        limit,
    )
    return [(row["id"], row["brand"]) for row in rows]


@dataclass(frozen=True)
class HeldBatch:
    """A batch as it stands, locked until the transaction ends."""

    id: UUID
    brand: str
    state: str
    created_at: datetime
    handed_over_at: datetime | None
    chosen_attempt: int | None
    pdfs_removed_at: datetime | None


async def hold(connection: Connection, batch_id: UUID, *, brand: str | None) -> HeldBatch | None:
    """Lock a batch that holds letters, of `brand` where one is given, and return it."""
    row = await connection.fetchrow(
        """
        SELECT id, brand, state, created_at, handed_over_at, chosen_attempt, pdfs_removed_at FROM print_batches
        WHERE id = $1 AND state <> 'empty' AND ($2::text IS NULL OR brand = $2) FOR NO KEY UPDATE
        """,
        batch_id,
        brand,
    )
    return row_as(HeldBatch, row)


async def lock(connection: Connection, batch_id: UUID) -> None:
    """Keep others from changing what a batch's folder holds until the transaction ends."""
    await connection.execute("SELECT FROM print_batches WHERE id = $1 FOR NO KEY UPDATE", batch_id)


async def mark_pdfs_removed(connection: Connection, batch_id: UUID, *, now: datetime) -> None:
    """Note that a batch's PDFs are gone."""
    await connection.execute("UPDATE print_batches SET pdfs_removed_at = $2 WHERE id = $1", batch_id, now)

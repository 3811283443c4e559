"""SQL of receipts at addresses that anybody may have typed: how many a day, and for how long they are kept."""

from datetime import date, datetime

from service_kit.database import Connection


async def count(connection: Connection, mailbox_digest: bytes, *, day: date) -> int:
    """Count a receipt, and return how many there are of this mailbox on `day` (Europe/Paris)."""
    receipts: int = await connection.fetchval(
        """
        INSERT INTO receipts_of_the_day AS kept (mailbox_digest, day, receipts) VALUES ($1, $2, 1)
        ON CONFLICT (mailbox_digest, day) DO UPDATE SET receipts = kept.receipts + 1 RETURNING receipts
        """,
        mailbox_digest,
        day,
    )
    return receipts


async def forget_counts(connection: Connection, *, before: date) -> None:
    """Delete what was counted on days that have passed."""
    await connection.execute("DELETE FROM receipts_of_the_day WHERE day < $1", before)


async def remove_old(connection: Connection, *, before: datetime, limit: int) -> int:
    """Delete up to `limit` messages to nobody whom we know that were planned before an instant; return how many these were.

    One that has shown that nothing arrives at its address stays as long as that is held against the address.
    """
    old = await connection.fetch(
        """
        SELECT id FROM deliveries
        WHERE member_id = cause AND created_at < $1
            AND NOT EXISTS (SELECT FROM suppressed_addresses WHERE delivery_id = deliveries.id)
        ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        before,
        limit,
    )
    ids = [row["id"] for row in old]
    if ids:
        await connection.execute("DELETE FROM delivery_attempts WHERE delivery_id = ANY($1)", ids)
        await connection.execute("DELETE FROM deliveries WHERE id = ANY($1)", ids)
    return len(ids)

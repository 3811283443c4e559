"""SQL of what waits, for operators: how long, and what waits for nothing any more."""

from datetime import datetime, timedelta

from service_kit.database import Connection

from notifications_service.domain.lanes import Lane


async def oldest_mails(connection: Connection, *, now: datetime) -> dict[Lane, float]:
    """Return for how many seconds the oldest due mail of each lane has been due; 0 where none is."""
    rows = await connection.fetch(
        """
        SELECT lane, coalesce(extract(epoch FROM $1 - (
            SELECT next_attempt_at FROM deliveries
            WHERE channel = 'email' AND deliveries.lane = asked.lane AND next_attempt_at <= $1
            ORDER BY next_attempt_at LIMIT 1
        )), 0)::float8 AS seconds FROM unnest($2::smallint[]) AS asked (lane)
        """,
        now,
        list(Lane),
    )
    return {Lane(row["lane"]): row["seconds"] for row in rows}


async def oldest_letter(connection: Connection, *, now: datetime) -> float:
    """Return for how many seconds the oldest due letter has been due; 0 where none is."""
    seconds: float = await connection.fetchval(
        """
        SELECT coalesce(extract(epoch FROM $1 - min(next_attempt_at)), 0)::float8 FROM deliveries
        WHERE channel = 'letter' AND next_attempt_at <= $1
        """,
        now,
    )
    return seconds


async def letters_without_recipient(connection: Connection, *, now: datetime, patience: timedelta) -> int:
    """Return how many letters have not known for longer than `patience` whom they are for."""
    count: int = await connection.fetchval(
        """
        SELECT count(*) FROM deliveries AS letter
        WHERE channel = 'letter' AND next_attempt_at IS NOT NULL AND created_at < $1 AND NOT EXISTS (
            SELECT FROM recipients WHERE recipients.brand = letter.brand AND recipients.member_id = letter.member_id
        )
        """,
        now - patience,
    )
    return count


async def stranded(connection: Connection) -> dict[str, int]:
    """Return by channel how many deliveries are not over, and no loop will touch again: no next attempt, no batch at work.

    A mail that a delivery report calls delayed has been sent, and waits for nothing of ours.
    """
    rows = await connection.fetch(
        """
        SELECT deliveries.channel, count(*) AS deliveries
        FROM deliveries LEFT JOIN print_batches AS batch ON batch.id = print_batch_id
        WHERE next_attempt_at IS NULL AND sent_at IS NULL
            AND deliveries.state IN ('planned', 'rendered', 'sending', 'delayed', 'batched')
            AND batch.state IS DISTINCT FROM 'printing'
        GROUP BY deliveries.channel
        """
    )
    return {row["channel"]: row["deliveries"] for row in rows}

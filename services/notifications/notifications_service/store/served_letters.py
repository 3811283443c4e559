"""SQL of letters that are not needed any more: stopped where they have not left. Of pages that have left: `letter_pages.py`.

A letter in a batch is only marked: who leases the batch stops it before it is drawn. The marks are `served_at`, and `failure`,
which says why; it is taken away again where the letter leaves all the same.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from notifications_service.store.print_batches import PrintBatch

CODE_HAS_SERVED = "code-has-served"  # why a letter was stopped, where `failure` does not say it already


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


@dataclass(frozen=True, kw_only=True)
class UnneededLetter:
    """A letter that is not needed any more, and why; `id` is for one of which nobody has heard yet."""

    id: UUID
    brand: str
    purpose: str
    member_id: UUID
    cause: UUID
    because: str


async def stop_unneeded(connection: Connection, letter: UnneededLetter, *, now: datetime) -> None:
    """Stop a letter that waits, mark one in a batch, and leave one alone that has left or is over.

    One of which nobody has heard yet is kept as stopped: events may overtake each other, and it must not be planned then.
    """
    await connection.execute(
        """
        INSERT INTO deliveries (
            id, brand, purpose, channel, member_id, cause, state, created_at, expires_at, give_up_at, failure, stopped_at
        ) VALUES ($1, $2, $3, 'letter', $4, $5, 'stopped', $7, $7, $7, $6, $7)
        ON CONFLICT (brand, purpose, member_id, cause) DO UPDATE SET
            failure = $6,
            state = CASE deliveries.state WHEN 'planned' THEN 'stopped' ELSE deliveries.state END,
            stopped_at = CASE deliveries.state WHEN 'planned' THEN $7 END,
            content_sealed = CASE deliveries.state WHEN 'planned' THEN NULL ELSE deliveries.content_sealed END,
            next_attempt_at = NULL
        WHERE deliveries.channel = 'letter' AND deliveries.state IN ('planned', 'batched')
        """,
        letter.id,
        letter.brand,
        letter.purpose,
        letter.member_id,
        letter.cause,
        letter.because,
        now,
    )


async def end_planned(connection: Connection, delivery_ids: list[UUID], *, now: datetime) -> None:
    """Stop those letters that are marked and wait for a batch, blanking their codes."""
    await connection.execute(
        """
        UPDATE deliveries SET
            state = 'stopped', failure = coalesce(failure, $3), stopped_at = $2, next_attempt_at = NULL, content_sealed = NULL
        WHERE id = ANY($1) AND state = 'planned' AND (served_at IS NOT NULL OR failure IS NOT NULL)
        """,
        delivery_ids,
        now,
        CODE_HAS_SERVED,
    )


async def end_batched(connection: Connection, batch: PrintBatch, *, now: datetime) -> None:
    """Stop the marked letters of a batch under our lease, unless its folder is chosen: that one may have left."""
    await connection.execute(
        """
        WITH ours AS (
            SELECT id FROM print_batches
            WHERE id = $1 AND state = 'printing' AND leased_until = $2 AND chosen_attempt IS NULL FOR UPDATE
        )
        UPDATE deliveries SET state = 'stopped', failure = coalesce(failure, $4), stopped_at = $3, content_sealed = NULL
        FROM ours
        WHERE print_batch_id = ours.id AND deliveries.state = 'batched' AND (served_at IS NOT NULL OR failure IS NOT NULL)
        """,
        batch.id,
        batch.leased_until,
        now,
        CODE_HAS_SERVED,
    )

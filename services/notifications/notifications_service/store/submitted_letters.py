"""SQL of letters that are submitted to a print provider one by one, as sendings: begun, filled, chosen, submitted.

A sending is filled by the one attempt that created it. When it is whole it is *chosen*, for good, under the batch's lease: only a
chosen sending is ever submitted, and a letter has one. What comes after is `store/followed_letters.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as

from notifications_service.store.due_letters import BatchedLetter, HandedOverLetter


@dataclass(frozen=True)
class OpenLetter:
    """A letter of a batch that the provider has not acknowledged yet, and how far earlier attempts have come with it.

    `sending_id` is the sending that an earlier attempt has begun to fill, or the chosen one; without it, `begun_at` tells that an
    attempt may have created one whose id nobody knows.
    """

    id: UUID
    purpose: str
    attempts: int
    created_at: datetime
    expires_at: datetime
    give_up_at: datetime
    served_at: datetime | None
    content_sealed: bytes | None
    traceparent: str | None
    begun_at: datetime | None
    sending_id: str | None
    chosen_at: datetime | None
    tries: int

    def to_draw(self) -> BatchedLetter:
        """Return what is needed to draw the letter: only one whose sending is not chosen has its words still."""
        assert self.content_sealed is not None
        return BatchedLetter(
            self.id,
            self.purpose,
            self.attempts,
            self.created_at,
            self.expires_at,
            self.content_sealed,
            self.traceparent,
        )


async def due_of_batch(connection: Connection, batch_id: UUID, *, limit: int, now: datetime) -> list[OpenLetter]:
    """Return up to `limit` open letters of a batch that may be tried now: those that have waited for longest first."""
    rows = await connection.fetch(
        """
        SELECT
            id, purpose, attempts, created_at, expires_at, give_up_at, served_at, content_sealed, traceparent,
            begun_at, sending_id, chosen_at, coalesce(tries, 0) AS tries
        FROM deliveries LEFT JOIN submitted_letters ON letter_id = id
        WHERE print_batch_id = $1 AND state IN ('batched', 'rendered') AND (next_try_at IS NULL OR next_try_at <= $2)
        ORDER BY next_try_at NULLS FIRST, created_at, id LIMIT $3
        """,
        batch_id,
        now,
        limit,
    )
    return [OpenLetter(**dict(row)) for row in rows]


@dataclass(frozen=True)
class WhatIsLeft:
    """Of a batch: whether letters are still open, when the next of them may be tried, and whether any has left."""

    open: int
    next_try_at: datetime | None
    handed_over: int


async def left_of_batch(connection: Connection, batch_id: UUID) -> WhatIsLeft:
    """Count what is left to do of a batch; `next_try_at` is None where a letter may be tried at once."""
    row = await connection.fetchrow(
        """
        SELECT
            count(*) FILTER (WHERE state IN ('batched', 'rendered')) AS open,
            CASE WHEN bool_or(next_try_at IS NULL) FILTER (WHERE state IN ('batched', 'rendered')) THEN NULL
                ELSE min(next_try_at) FILTER (WHERE state IN ('batched', 'rendered')) END AS next_try_at,
            count(*) FILTER (WHERE sent_at IS NOT NULL) AS handed_over
        FROM deliveries LEFT JOIN submitted_letters ON letter_id = id
        WHERE print_batch_id = $1
        """,
        batch_id,
    )
    found = row_as(WhatIsLeft, row)
    assert found is not None
    return found


async def begin(connection: Connection, letter_id: UUID, *, now: datetime) -> None:
    """Note that a sending is about to be created for a letter; what an earlier attempt had begun is gone."""
    await connection.execute(
        """
        INSERT INTO submitted_letters (letter_id, begun_at) VALUES ($1, $2)
        ON CONFLICT (letter_id) DO UPDATE SET begun_at = $2, sending_id = NULL WHERE submitted_letters.chosen_at IS NULL
        """,
        letter_id,
        now,
    )


async def note_sending(connection: Connection, letter_id: UUID, *, sending_id: str) -> bool:
    """Note which sending an attempt fills, before anything of a person is in it."""
    return bool(
        await connection.fetchval(
            """
            UPDATE submitted_letters SET sending_id = $2
            WHERE letter_id = $1 AND chosen_at IS NULL AND sending_id IS NULL RETURNING true
            """,
            letter_id,
            sending_id,
        )
    )


async def choose(connection: Connection, letter_id: UUID, *, sending_id: str, now: datetime) -> bool:
    """Choose the sending that is submitted for a letter, and blank the letter's words; undo the transaction when False.

    It is False where the letter has ended or is not needed any more, or where another sending is noted.
    """
    return bool(
        await connection.fetchval(
            """
            WITH chosen AS (
                UPDATE submitted_letters SET chosen_at = $3, next_try_at = NULL
                WHERE letter_id = $1 AND sending_id = $2 AND chosen_at IS NULL RETURNING letter_id
            )
            UPDATE deliveries SET
                state = 'rendered', rendered_at = $3, content_sealed = NULL, provider_reference = $2
            FROM chosen WHERE id = letter_id AND state = 'batched' AND served_at IS NULL AND failure IS NULL RETURNING true
            """,
            letter_id,
            sending_id,
            now,
        )
    )


async def mark_handed_over(
    connection: Connection, letter_id: UUID, *, now: datetime, next_look_at: datetime
) -> HandedOverLetter | None:
    """Note that the provider has acknowledged a letter's sending; None when that is noted already."""
    row = await connection.fetchrow(
        """
        WITH submitted AS (
            UPDATE submitted_letters SET submitted_at = $2, next_look_at = $3, next_try_at = NULL
            WHERE letter_id = $1 AND chosen_at IS NOT NULL AND submitted_at IS NULL RETURNING letter_id
        ), gone AS (
            UPDATE deliveries SET state = 'handed_over', sent_at = $2, attempts = attempts + 1
            FROM submitted WHERE id = letter_id AND state = 'rendered' RETURNING id, purpose, created_at
        ), noted AS (
            INSERT INTO delivery_attempts (delivery_id, tried_at, outcome) SELECT id, $2, 'handed-over' FROM gone
        )
        SELECT id, purpose, created_at FROM gone
        """,
        letter_id,
        now,
        next_look_at,
    )
    return row_as(HandedOverLetter, row)


async def put_off(connection: Connection, letter_id: UUID, *, due: datetime) -> None:
    """Let a letter wait for its next try: those behind it go first."""
    await connection.execute(
        """
        INSERT INTO submitted_letters (letter_id, tries, next_try_at) VALUES ($1, 1, $2)
        ON CONFLICT (letter_id) DO UPDATE SET tries = submitted_letters.tries + 1, next_try_at = $2
        """,
        letter_id,
        due,
    )


async def note_refusal(connection: Connection, letter_id: UUID, *, outcome: str, reply: str, now: datetime) -> None:
    """Keep what the provider has refused, as codes."""
    await connection.execute(
        "INSERT INTO delivery_attempts (delivery_id, tried_at, outcome, reply) VALUES ($1, $2, $3, $4)",
        letter_id,
        now,
        outcome,
        reply,
    )


@dataclass(frozen=True)
class AbandonedDraft:
    """A draft at the provider's that nobody will submit: it may hold a letter's page."""

    letter_id: UUID
    sending_id: str
    tries: int


async def abandoned_drafts(connection: Connection, *, limit: int, now: datetime) -> list[AbandonedDraft]:
    """Return drafts of letters that are no more in a batch: given up, stopped, or waiting to be collected anew."""
    rows = await connection.fetch(
        """
        SELECT letter_id, sending_id, tries FROM submitted_letters JOIN deliveries ON id = letter_id
        WHERE sending_id IS NOT NULL AND chosen_at IS NULL AND state <> 'batched'
        AND (next_try_at IS NULL OR next_try_at <= $2)
        ORDER BY begun_at LIMIT $1
        """,
        limit,
        now,
    )
    return [AbandonedDraft(**dict(row)) for row in rows]


async def forget_draft(connection: Connection, draft: AbandonedDraft) -> None:
    """Note that an abandoned draft is gone, and what is noted of its letter's tries."""
    await connection.execute(
        "DELETE FROM submitted_letters WHERE letter_id = $1 AND sending_id = $2 AND chosen_at IS NULL",
        draft.letter_id,
        draft.sending_id,
    )


async def take_back(connection: Connection, letter_id: UUID, *, sending_id: str) -> None:
    """Note that a chosen sending was deleted instead of submitted: its letter is to be ended with its batch."""
    await connection.execute(
        """
        WITH gone AS (
            DELETE FROM submitted_letters WHERE letter_id = $1 AND sending_id = $2 AND submitted_at IS NULL
            RETURNING letter_id
        )
        UPDATE deliveries SET state = 'batched', rendered_at = NULL, provider_reference = NULL
        FROM gone WHERE id = letter_id AND state = 'rendered'
        """,
        letter_id,
        sending_id,
    )

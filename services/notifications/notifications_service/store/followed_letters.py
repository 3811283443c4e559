"""SQL of letters that a print provider has acknowledged: looked after until it is known what became of them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from notifications_service.store.deliveries import EndedDelivery


@dataclass(frozen=True)
class FollowedLetter:
    """A letter whose fate is asked for now; `status` is what the provider said when it was asked before."""

    id: UUID
    brand: str
    purpose: str
    state: str
    sending_id: str
    status: str | None
    submitted_at: datetime
    posted_at: datetime | None
    print_batch_id: UUID


async def claim_looks(
    connection: Connection, *, limit: int, now: datetime, leased_until: datetime
) -> list[FollowedLetter]:
    """Take letters whose next look is due; who takes them and dies leaves them to others at `leased_until`."""
    rows = await connection.fetch(
        """
        UPDATE submitted_letters AS letter SET next_look_at = $2, looked_at = $1
        FROM deliveries WHERE deliveries.id = letter_id AND letter_id IN (
            SELECT letter_id FROM submitted_letters WHERE next_look_at <= $1
            ORDER BY next_look_at LIMIT $3 FOR UPDATE SKIP LOCKED
        )
        RETURNING id, brand, purpose, state, sending_id, letter.status, submitted_at, posted_at, print_batch_id
        """,
        now,
        leased_until,
        limit,
    )
    return [FollowedLetter(**dict(row)) for row in rows]


async def note_look(
    connection: Connection, letter_id: UUID, *, status: str | None, next_look_at: datetime | None, now: datetime
) -> None:
    """Note what the provider says (None: nothing was learned), and when to look again (None: never).

    A notification that came since `now` wants an earlier look: that one stands.
    """
    await connection.execute(
        """
        UPDATE submitted_letters SET
            status = coalesce($2, status),
            next_look_at = CASE WHEN notified_at > $4 THEN least(next_look_at, $3) ELSE $3 END
        WHERE letter_id = $1
        """,
        letter_id,
        status,
        next_look_at,
        now,
    )


async def mark_refused(
    connection: Connection, letter_id: UUID, *, failure: str, reply: str, now: datetime
) -> list[EndedDelivery]:
    """End a letter that the provider refuses; the list is empty where it has ended already."""
    rows = await connection.fetch(
        """
        WITH refused AS (
            UPDATE deliveries SET state = 'failed', failure = $2, failed_at = $4, content_sealed = NULL
            WHERE id = $1 AND state IN ('batched', 'rendered', 'handed_over')
            RETURNING id, brand, purpose, channel, member_id, cause, state, failure
        ), noted AS (
            INSERT INTO delivery_attempts (delivery_id, tried_at, outcome, reply) SELECT id, $4, $2, $3 FROM refused
        )
        SELECT * FROM refused
        """,
        letter_id,
        failure,
        reply,
        now,
    )
    return [EndedDelivery(**dict(row)) for row in rows]


async def note_notification(connection: Connection, sending_id: str, *, now: datetime, not_before: datetime) -> bool:
    """Bring the next look at a sending forward to now; not where it was looked at since `not_before`, or is not followed.

    A look that is under way, or was a moment ago, is followed by one more in a minute: notifications cannot be made to hammer.
    """
    return bool(
        await connection.fetchval(
            """
            UPDATE submitted_letters SET
                notified_at = $2,
                next_look_at = least(next_look_at, CASE WHEN looked_at > $3 THEN looked_at + ($2 - $3) ELSE $2 END)
            WHERE sending_id = $1 AND submitted_at IS NOT NULL AND next_look_at IS NOT NULL RETURNING true
            """,
            sending_id,
            now,
            not_before,
        )
    )

"""SQL of mails that are due: claimed under a lease, then settled one by one.

The end of the lease is also its proof: whoever settles names the lease that was given, and finds nothing when it has passed
to another worker. Only "sent" is noted in any case, since a mail that was accepted must not be sent again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from notifications_service.domain.lanes import Lane


@dataclass(frozen=True)
class DueMail:
    """A mail under our lease. `person_sealed` is missing while the recipient is not known yet.

    `due_at` is when it was due; `delayed` that an attempt was told to wait, `possibly_sent` that one may have arrived.
    """

    id: UUID
    brand: str
    purpose: str
    member_id: UUID
    cause: UUID
    lane: int
    attempts: int
    delayed: bool
    possibly_sent: bool
    leased_until: datetime
    due_at: datetime
    created_at: datetime
    expires_at: datetime
    give_up_at: datetime
    message_id: str
    content_sealed: bytes
    traceparent: str | None
    person_sealed: bytes | None


async def claim(
    connection: Connection,
    *,
    limit: int,
    now: datetime,
    leased_until: datetime,
    lanes: Mapping[Lane, int] | None = None,
) -> list[DueMail]:
    """Lease up to `limit` due mails: lane after lane in the order of `lanes`, at most so many of each, the oldest first.

    Without `lanes` all are asked, the most urgent first. Mails whose worker died come back when its lease has gone: that
    attempt is noted as interrupted and counted, since the mail may have been sent.
    """
    wanted = dict.fromkeys(Lane, limit) if lanes is None else lanes
    rows = await connection.fetch(CLAIM, now, limit, leased_until, list(wanted), list(wanted.values()))
    places = {lane: place for place, lane in enumerate(wanted)}
    mails = [DueMail(**dict(row)) for row in rows]
    return sorted(mails, key=lambda mail: (places[Lane(mail.lane)], mail.due_at))


# Each lane is read off the head of its part of the index, and the next lane only where that was not enough.
CLAIM = """
WITH due AS (
    SELECT mail.id, mail.state, mail.next_attempt_at, recipient.person_sealed
    FROM unnest($4::smallint[], $5::integer[]) AS wanted (lane, most) CROSS JOIN LATERAL (
        SELECT id, brand, member_id, state, next_attempt_at FROM deliveries
        WHERE channel = 'email' AND deliveries.lane = wanted.lane AND next_attempt_at <= $1 AND give_up_at > $1
        ORDER BY next_attempt_at LIMIT wanted.most FOR UPDATE SKIP LOCKED
    ) AS mail LEFT JOIN recipients AS recipient USING (brand, member_id)
    LIMIT $2
), interrupted AS (
    INSERT INTO delivery_attempts (delivery_id, tried_at, outcome)
    SELECT id, $1, 'interrupted' FROM due WHERE state = 'sending'
)
UPDATE deliveries SET
    state = 'sending', leased_until = $3, next_attempt_at = $3,
    attempts = attempts + CASE WHEN due.state = 'sending' THEN 1 ELSE 0 END
FROM due WHERE deliveries.id = due.id
RETURNING
    deliveries.id, brand, purpose, member_id, cause, lane, attempts, delayed_at IS NOT NULL AS delayed,
    due.state NOT IN ('planned', 'delayed') AS possibly_sent, leased_until, due.next_attempt_at AS due_at, created_at,
    expires_at, give_up_at, message_id, content_sealed, traceparent, due.person_sealed
"""


@dataclass(frozen=True)
class Settlement:
    """What became of an attempt, and what follows from it."""

    state: str
    next_attempt_at: datetime | None
    failure: str | None
    counted: bool
    outcome: str
    reply: str | None
    queue_id: str | None
    relay: str | None = None
    rendered_at: datetime | None = None  # when the mail was written, if it was
    delayed_at: datetime | None = None  # when it was told to wait, if it was


async def settle(connection: Connection, mail: DueMail, settlement: Settlement, *, now: datetime) -> bool:
    """Note an attempt and its consequence in one statement; without a next attempt the secret is blanked.

    Returns False when the lease has passed to another worker, or the mail has come back: then only the attempt is noted.
    """
    one = settlement
    return bool(
        await connection.fetchval(
            """
            WITH tried AS (
                INSERT INTO delivery_attempts (delivery_id, tried_at, outcome, reply, queue_id, relay)
                VALUES ($1, $2, $8, $9, $10, $11)
            )
            UPDATE deliveries SET
                state = $4, next_attempt_at = $5, leased_until = NULL, failure = $6,
                attempts = attempts + CASE WHEN $7 THEN 1 ELSE 0 END, last_reply = coalesce($9, last_reply),
                rendered_at = coalesce(rendered_at, $12), delayed_at = coalesce(delayed_at, $13),
                content_sealed = CASE WHEN $5::timestamptz IS NULL THEN NULL ELSE content_sealed END,
                sent_at = CASE WHEN $4 = 'sent' THEN $2 END, failed_at = CASE WHEN $4 = 'failed' THEN $2 END
            WHERE id = $1 AND channel = 'email' AND sent_at IS NULL AND state <> 'failed'
                AND ($4 = 'sent' OR (state = 'sending' AND leased_until = $3))
            RETURNING true
            """,
            *(mail.id, now, mail.leased_until, one.state, one.next_attempt_at, one.failure, one.counted),
            *(one.outcome, one.reply, one.queue_id, one.relay, one.rendered_at, one.delayed_at),
        )
    )


async def give_back(
    connection: Connection, mails: Sequence[DueMail], *, until: Mapping[UUID, datetime] | None = None
) -> None:
    """Let mails that were not tried be claimed again as if they had not been claimed, or at the instant that `until` says."""
    await connection.execute(
        """
        UPDATE deliveries SET
            state = CASE
                WHEN untried.possibly_sent THEN 'possibly_sent' WHEN delayed_at IS NOT NULL THEN 'delayed' ELSE 'planned'
            END,
            next_attempt_at = untried.due_at, leased_until = NULL
        FROM unnest($1::uuid[], $2::timestamptz[], $3::boolean[], $4::timestamptz[])
            AS untried (id, leased_until, possibly_sent, due_at)
        WHERE deliveries.id = untried.id AND state = 'sending' AND deliveries.leased_until = untried.leased_until
        """,
        [mail.id for mail in mails],
        [mail.leased_until for mail in mails],
        [mail.possibly_sent for mail in mails],
        [(until or {}).get(mail.id, mail.due_at) for mail in mails],
    )

"""SQL of mails that are due: claimed under a lease, then settled one by one.

The end of the lease is also its proof: whoever settles names the lease that was given, and finds nothing when it has passed
to another worker. Only "sent" is noted in any case, since a mail that was accepted must not be sent again.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True)
class DueMail:
    """A mail under our lease. `person_sealed` is missing while the recipient is not known yet."""

    id: UUID
    brand: str
    purpose: str
    member_id: UUID
    cause: UUID
    attempts: int
    possibly_sent: bool
    leased_until: datetime
    created_at: datetime
    expires_at: datetime
    give_up_at: datetime
    message_id: str
    content_sealed: bytes
    traceparent: str | None
    person_sealed: bytes | None


async def claim(connection: Connection, *, limit: int, now: datetime, leased_until: datetime) -> list[DueMail]:
    """Lease up to `limit` due mails, those due for longest first.

    Mails whose worker died come back when its lease has gone. That attempt is noted as interrupted and counted: the mail may
    have been sent.
    """
    rows = await connection.fetch(
        """
        WITH due AS (
            SELECT delivery.id, delivery.state, recipient.person_sealed
            FROM deliveries AS delivery LEFT JOIN recipients AS recipient USING (brand, member_id)
            WHERE channel = 'email' AND next_attempt_at <= $1 AND give_up_at > $1
            ORDER BY next_attempt_at LIMIT $2 FOR UPDATE OF delivery SKIP LOCKED
        ), interrupted AS (
            INSERT INTO delivery_attempts (delivery_id, tried_at, outcome)
            SELECT id, $1, 'interrupted' FROM due WHERE state = 'sending'
        )
        UPDATE deliveries SET
            state = 'sending', leased_until = $3, next_attempt_at = $3,
            attempts = attempts + CASE WHEN due.state = 'sending' THEN 1 ELSE 0 END
        FROM due WHERE deliveries.id = due.id
        RETURNING
            deliveries.id, brand, purpose, member_id, cause, attempts, due.state <> 'planned' AS possibly_sent, leased_until,
            created_at, expires_at, give_up_at, message_id, content_sealed, traceparent, due.person_sealed
        """,
        now,
        limit,
        leased_until,
    )
    return [DueMail(**dict(row)) for row in rows]


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


async def settle(connection: Connection, mail: DueMail, settlement: Settlement, *, now: datetime) -> bool:
    """Note an attempt and its consequence; without a next attempt the secret is blanked.

    Returns False when the lease has passed to another worker: then only the attempt is noted.
    """
    return bool(
        await connection.fetchval(
            """
            WITH tried AS (
                INSERT INTO delivery_attempts (delivery_id, tried_at, outcome, reply, queue_id)
                VALUES ($1, $2, $8, $9, $10)
            )
            UPDATE deliveries SET
                state = $4, next_attempt_at = $5, leased_until = NULL, failure = $6,
                attempts = attempts + CASE WHEN $7 THEN 1 ELSE 0 END, last_reply = coalesce($9, last_reply),
                content_sealed = CASE WHEN $5::timestamptz IS NULL THEN NULL ELSE content_sealed END,
                sent_at = CASE WHEN $4 = 'sent' THEN $2 END, failed_at = CASE WHEN $4 = 'failed' THEN $2 END
            WHERE id = $1 AND state <> 'sent' AND ($4 = 'sent' OR (state = 'sending' AND leased_until = $3))
            RETURNING true
            """,
            mail.id,
            now,
            mail.leased_until,
            settlement.state,
            settlement.next_attempt_at,
            settlement.failure,
            settlement.counted,
            settlement.outcome,
            settlement.reply,
            settlement.queue_id,
        )
    )


async def give_back(connection: Connection, mails: list[DueMail], *, now: datetime) -> None:
    """Let mails that were not tried be claimed again at once, as if they had not been claimed."""
    await connection.execute(
        """
        UPDATE deliveries SET
            state = CASE WHEN untried.possibly_sent THEN 'possibly_sent' ELSE 'planned' END,
            next_attempt_at = $4, leased_until = NULL
        FROM unnest($1::uuid[], $2::timestamptz[], $3::boolean[]) AS untried (id, leased_until, possibly_sent)
        WHERE deliveries.id = untried.id AND state = 'sending' AND deliveries.leased_until = untried.leased_until
        """,
        [mail.id for mail in mails],
        [mail.leased_until for mail in mails],
        [mail.possibly_sent for mail in mails],
        now,
    )

"""SQL of what was heard of a mail after the relay had it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as


@dataclass(frozen=True)
class BouncedMail:
    """A mail that something came back for, under a lock; `was_late`: a server on the way has said so before."""

    id: UUID
    brand: str
    purpose: str
    member_id: UUID
    cause: UUID
    state: str
    created_at: datetime
    next_attempt_at: datetime | None
    was_late: bool


async def hold(connection: Connection, delivery_id: UUID) -> BouncedMail | None:
    """Return a mail and keep others from changing it until the transaction ends; None for a letter and what is not known."""
    row = await connection.fetchrow(
        """
        SELECT id, brand, purpose, member_id, cause, state, created_at, next_attempt_at,
            EXISTS (SELECT FROM delivery_attempts WHERE delivery_id = $1 AND outcome = 'bounce-delayed') AS was_late
        FROM deliveries WHERE id = $1 AND channel = 'email' FOR UPDATE
        """,
        delivery_id,
    )
    return row_as(BouncedMail, row)


async def fail(connection: Connection, delivery_id: UUID, *, failure: str, status: str | None, now: datetime) -> None:
    """End a mail that came back, with an attempt that says so; what it held is blanked."""
    await connection.execute(
        """
        WITH heard AS (
            INSERT INTO delivery_attempts (delivery_id, tried_at, outcome, reply) VALUES ($1, $4, 'bounced', $3)
        )
        UPDATE deliveries SET
            state = 'failed', failure = $2, failed_at = $4, last_reply = coalesce($3, last_reply),
            next_attempt_at = NULL, leased_until = NULL, content_sealed = NULL
        WHERE id = $1
        """,
        delivery_id,
        failure,
        status,
        now,
    )


async def delay(connection: Connection, delivery_id: UUID, *, status: str | None, now: datetime) -> None:
    """Note that a server on the way still tries: we do not any more, since it has the mail."""
    await connection.execute(
        """
        WITH heard AS (
            INSERT INTO delivery_attempts (delivery_id, tried_at, outcome, reply) VALUES ($1, $3, 'bounce-delayed', $2)
        )
        UPDATE deliveries SET
            state = 'delayed', delayed_at = coalesce(delayed_at, $3), sent_at = coalesce(sent_at, $3),
            last_reply = coalesce($2, last_reply), next_attempt_at = NULL, leased_until = NULL, content_sealed = NULL
        WHERE id = $1
        """,
        delivery_id,
        status,
        now,
    )


async def arrive(connection: Connection, delivery_id: UUID, *, now: datetime) -> None:
    """Note that a delayed mail has got there after all."""
    await connection.execute(
        """
        WITH heard AS (
            INSERT INTO delivery_attempts (delivery_id, tried_at, outcome) VALUES ($1, $2, 'bounce-reached')
        )
        UPDATE deliveries SET state = 'sent', sent_at = coalesce(sent_at, $2) WHERE id = $1
        """,
        delivery_id,
        now,
    )

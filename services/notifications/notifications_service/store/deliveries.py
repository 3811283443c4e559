"""SQL of deliveries, whatever their channel: planning and giving up."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True, kw_only=True)
class NewDelivery:
    """A delivery to plan; it is due at once."""

    id: UUID
    brand: str
    purpose: str
    channel: str
    member_id: UUID
    cause: UUID
    created_at: datetime
    expires_at: datetime
    give_up_at: datetime
    message_id: str | None
    masked_address: str | None
    content_sealed: bytes
    traceparent: str | None
    lane: int
    address_digest: bytes | None
    promised_until: datetime | None  # of a letter
    document_id: UUID | None  # of what it brings
    subject_id: UUID | None  # of what it is about, where other news may stop it


async def plan(connection: Connection, delivery: NewDelivery) -> bool:
    """Keep a delivery; return False when this person is already told about this cause."""
    return bool(
        await connection.fetchval(
            """
            INSERT INTO deliveries (
                id, brand, purpose, channel, member_id, cause, state, next_attempt_at, created_at, expires_at, give_up_at,
                message_id, masked_address, content_sealed, traceparent, lane, address_digest, promised_until, document_id,
                subject_id
            ) VALUES ($1, $2, $3, $4, $5, $6, 'planned', $7, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
            ON CONFLICT (brand, purpose, member_id, cause) DO NOTHING
            RETURNING true
            """,
            delivery.id,
            delivery.brand,
            delivery.purpose,
            delivery.channel,
            delivery.member_id,
            delivery.cause,
            delivery.created_at,
            delivery.expires_at,
            delivery.give_up_at,
            delivery.message_id,
            delivery.masked_address,
            delivery.content_sealed,
            delivery.traceparent,
            delivery.lane,
            delivery.address_digest,
            delivery.promised_until,
            delivery.document_id,
            delivery.subject_id,
        )
    )


async def fail_planned(connection: Connection, delivery_id: UUID, *, failure: str, now: datetime) -> None:
    """End a delivery that was planned in this transaction and is not to be tried, blanking what it holds."""
    await connection.execute(
        """
        UPDATE deliveries SET state = 'failed', failure = $2, failed_at = $3, next_attempt_at = NULL, content_sealed = NULL
        WHERE id = $1 AND state = 'planned'
        """,
        delivery_id,
        failure,
        now,
    )


@dataclass(frozen=True)
class EndedDelivery:
    """A delivery that is over: failed for the reason that it names, or possibly sent where it names none."""

    id: UUID
    brand: str
    purpose: str
    channel: str
    member_id: UUID
    cause: UUID
    state: str
    failure: str | None


async def give_up_overdue(
    connection: Connection, *, now: datetime, failure: str, limit: int, among: list[UUID] | None = None
) -> list[EndedDelivery]:
    """End up to `limit` of what is of no more use, blanking its secret: failed, or possibly sent where it may have arrived.

    `among`: of these only.

    A mail whose mailbox was full to the last has failed for that.

    A delivery that is being sent is left alone until its lease has gone; that it was possibly sent is all that is known then.
    """
    rows = await connection.fetch(
        """
        WITH overdue AS (
            SELECT id, state IN ('possibly_sent', 'sending') AS may_have_arrived FROM deliveries
            WHERE next_attempt_at IS NOT NULL AND give_up_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
                AND ($4::uuid[] IS NULL OR id = ANY($4))
            ORDER BY give_up_at LIMIT $3 FOR UPDATE SKIP LOCKED
        )
        UPDATE deliveries SET
            state = CASE WHEN may_have_arrived THEN 'possibly_sent' ELSE 'failed' END,
            failure = CASE
                WHEN may_have_arrived THEN NULL WHEN last_reply ~ '(^552|[45][.]2[.]2)$' THEN 'mailbox-full' ELSE $2
            END,
            failed_at = CASE WHEN may_have_arrived THEN NULL ELSE $1 END,
            next_attempt_at = NULL, leased_until = NULL, content_sealed = NULL
        FROM overdue WHERE deliveries.id = overdue.id
        RETURNING deliveries.id, brand, purpose, channel, member_id, cause, state, failure
        """,
        now,
        failure,
        limit,
        among,
    )
    return [EndedDelivery(**dict(row)) for row in rows]


async def give_up_batched(
    connection: Connection, batch_id: UUID, *, leased_until: datetime, now: datetime, failure: str
) -> list[EndedDelivery]:
    """End the letters of a batch under our lease that are of no more use, blanking their secrets.

    Where a folder is chosen its letters may have left: those are not given up.
    """
    rows = await connection.fetch(
        """
        WITH ours AS (
            SELECT id FROM print_batches
            WHERE id = $1 AND state = 'printing' AND leased_until = $2 AND chosen_attempt IS NULL FOR UPDATE
        )
        UPDATE deliveries SET state = 'failed', failure = $4, failed_at = $3, content_sealed = NULL
        FROM ours WHERE print_batch_id = ours.id AND state = 'batched' AND give_up_at <= $3
        RETURNING deliveries.id, brand, purpose, channel, member_id, cause, state, failure
        """,
        batch_id,
        leased_until,
        now,
        failure,
    )
    return [EndedDelivery(**dict(row)) for row in rows]

"""SQL of what a member, or an adviser, may read about the messages to that member: one statement a page, no secret in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.database import Connection
from service_kit.http.cursors import Position

from notifications_service.domain.delivery_record import DeliveryRecord

MOST_ATTEMPTS = 20  # of a message that are told; a mail that waits for days has hundreds


@dataclass(frozen=True)
class Attempt:
    """One attempt: of the relay's answer, its codes only."""

    at: datetime
    outcome: str
    reply: str | None
    relay: str | None
    queue_id: str | None


@dataclass(frozen=True)
class BarredAddress:
    """Why nothing is sent to an address any more, since when, and the status that said so."""

    reason: str
    since: datetime
    status: str | None


@dataclass(frozen=True)
class TimelineEntry:
    """A delivery, and what only staff are told of it. `attempts` are the latest ones, oldest first."""

    record: DeliveryRecord
    attempts: list[Attempt]
    has_earlier_attempts: bool
    next_attempt_at: datetime | None
    suppressed: BarredAddress | None
    closed: BarredAddress | None
    provider_reference: str | None
    print_batch_id: UUID | None


async def of_member(
    connection: Connection, brand: str, member_id: UUID, *, before: Position | None, limit: int
) -> list[TimelineEntry]:
    """Return up to `limit` deliveries of a member, newest first, from the one after `before` (created_at, id) on."""
    rows = await connection.fetch(
        """
        SELECT
            delivery.id, purpose, channel, channel = 'letter' AND message_id IS NOT NULL AS was_a_mail, state,
            delivery.masked_address, failure, expires_at, promised_until, created_at,
            batched_at, rendered_at, delayed_at, sent_at, posted_at, returned_at, served_at, failed_at, stopped_at,
            next_attempt_at, provider_reference, print_batch_id,
            suppressed.reason AS suppressed_because, suppressed.status AS suppressed_status, suppressed_at,
            closed.reason AS closed_because, closed_at, (
                SELECT min(tried_at) FROM delivery_attempts
                WHERE delivery_id = delivery.id AND outcome IN ('possibly-sent', 'interrupted')
            ) AS possibly_sent_at, ARRAY(
                SELECT ROW (tried_at, outcome, reply, relay, queue_id) FROM delivery_attempts
                WHERE delivery_id = delivery.id ORDER BY position DESC LIMIT $6
            ) AS latest_attempts
        FROM deliveries AS delivery
        LEFT JOIN suppressed_addresses AS suppressed ON
            suppressed.brand = delivery.brand AND suppressed.address_digest = delivery.address_digest
            AND suppressed.lifted_at IS NULL
        LEFT JOIN closed_addresses AS closed ON
            closed.brand = delivery.brand AND closed.member_id = delivery.member_id
            AND closed.address_digest = delivery.address_digest
        WHERE delivery.brand = $1 AND delivery.member_id = $2
            AND ($3::timestamptz IS NULL OR (created_at, delivery.id) < ($3, $4))
        ORDER BY created_at DESC, delivery.id DESC LIMIT $5
        """,
        brand,
        member_id,
        *(before or (None, None)),
        limit,
        MOST_ATTEMPTS + 1,
    )
    return [_entry(dict(row)) for row in rows]


def _entry(row: dict[str, Any]) -> TimelineEntry:
    latest = [Attempt(*attempt) for attempt in row.pop("latest_attempts")]
    why, status, since = (row.pop(name) for name in ("suppressed_because", "suppressed_status", "suppressed_at"))
    why_closed, closed_at = row.pop("closed_because"), row.pop("closed_at")
    return TimelineEntry(
        attempts=latest[:MOST_ATTEMPTS][::-1],
        has_earlier_attempts=len(latest) > MOST_ATTEMPTS,
        next_attempt_at=row.pop("next_attempt_at"),
        suppressed=None if why is None else BarredAddress(why, since, status),
        closed=None if why_closed is None else BarredAddress(why_closed, closed_at, None),
        provider_reference=row.pop("provider_reference"),
        print_batch_id=row.pop("print_batch_id"),
        record=DeliveryRecord(**row),
    )

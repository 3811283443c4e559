"""SQL of mails that become letters: the row stays, so that a person is told of a cause once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True)
class LostMail:
    """A mail that will not arrive, and what it was to say."""

    id: UUID
    brand: str
    purpose: str
    member_id: UUID
    cause: UUID
    content_sealed: bytes


async def overdue(connection: Connection, purposes: list[str], *, limit: int, now: datetime) -> list[LostMail]:
    """Lock and return up to `limit` mails of these purposes that were tried for too long, and of which none can have arrived."""
    rows = await connection.fetch(
        """
        SELECT id, brand, purpose, member_id, cause, content_sealed FROM deliveries
        WHERE channel = 'email' AND purpose = ANY($1) AND next_attempt_at IS NOT NULL AND give_up_at <= $2
            AND state IN ('planned', 'delayed') LIMIT $3 FOR UPDATE SKIP LOCKED
        """,
        purposes,
        now,
        limit,
    )
    return [LostMail(**dict(row)) for row in rows]


async def failed_mail(connection: Connection, brand: str, *, purpose: str, member_id: UUID, cause: UUID) -> UUID | None:
    """Lock and return the mail that told a person of a cause, where it has failed."""
    mail_id: UUID | None = await connection.fetchval(
        """
        SELECT id FROM deliveries
        WHERE brand = $1 AND purpose = $2 AND member_id = $3 AND cause = $4 AND channel = 'email' AND state = 'failed'
        FOR UPDATE
        """,
        brand,
        purpose,
        member_id,
        cause,
    )
    return mail_id


async def replace(
    connection: Connection, mail: LostMail, *, now: datetime, give_up_at: datetime, promised_until: datetime
) -> bool:
    """Make a letter, due at once, of a mail that has failed or is overdue; False where it is neither.

    What stays of the mail is evidence: its attempts, its Message-ID.
    """
    return bool(
        await connection.fetchval(
            """
            UPDATE deliveries SET
                channel = 'letter', state = 'planned', content_sealed = $2, next_attempt_at = $3, leased_until = NULL,
                give_up_at = $4, expires_at = $4, promised_until = $5, failure = NULL, failed_at = NULL,
                delayed_at = NULL, sent_at = NULL, masked_address = NULL, address_digest = NULL
            WHERE id = $1 AND channel = 'email' AND (state = 'failed' OR (state IN ('planned', 'delayed') AND give_up_at <= $3))
            RETURNING true
            """,
            mail.id,
            mail.content_sealed,
            now,
            give_up_at,
            promised_until,
        )
    )

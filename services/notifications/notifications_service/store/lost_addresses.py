"""SQL of where a mail went that has not arrived."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as


@dataclass(frozen=True)
class LostAddress:
    """An address, and when the mail to it was planned.

    `said_by_letter`: a letter of another purpose says the same. `brought_document`: documents hears of it, and brings that again.
    """

    address_digest: bytes | None
    masked_address: str | None
    planned_at: datetime
    said_by_letter: bool
    brought_document: bool


async def find(connection: Connection, delivery_id: UUID, *, letter: str | None) -> LostAddress | None:
    """Return the address that a mail went to; `letter` is the purpose by which a letter says what the mail was to say."""
    row = await connection.fetchrow(
        """
        SELECT address_digest, masked_address, created_at AS planned_at, EXISTS (
            SELECT FROM deliveries AS other
            WHERE (other.brand, other.purpose, other.member_id, other.cause) = (mail.brand, $2, mail.member_id, mail.cause)
                AND other.id <> mail.id
        ) AS said_by_letter, document_id IS NOT NULL AS brought_document
        FROM deliveries AS mail WHERE id = $1
        """,
        delivery_id,
        letter,
    )
    return row_as(LostAddress, row)

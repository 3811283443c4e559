"""SQL of letters that hold a code and have left us."""

from dataclasses import dataclass
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True)
class LetterWithCode:
    """A letter whose reader waits for its code."""

    brand: str
    member_id: UUID
    cause: UUID


async def still_awaited(connection: Connection, letter_ids: list[UUID]) -> list[LetterWithCode]:
    """Return those of some letters that hold a code which has not served."""
    rows = await connection.fetch(
        """
        SELECT brand, member_id, cause FROM deliveries
        WHERE id = ANY($1) AND purpose = 'posted_code' AND served_at IS NULL ORDER BY created_at, id
        """,
        letter_ids,
    )
    return [LetterWithCode(**dict(row)) for row in rows]

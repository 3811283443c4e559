"""SQL of contracts whose end is to be told."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True)
class EndedContract:
    """A contract whose last day has passed, locked until the transaction ends; `end_version` is that of what was told last."""

    id: UUID
    member_id: UUID
    brand: str
    end_date: date
    end_version: int
    member_since: datetime


async def take(connection: Connection, *, today: date, limit: int) -> list[EndedContract]:
    """Lock up to `limit` contracts that have ended before `today` and of which this was not told yet, the earliest first."""
    rows = await connection.fetch(
        """
        SELECT contracts.id, member_id, brand, end_date, end_version, created_at AS member_since
        FROM contracts JOIN members ON members.id = member_id
        WHERE end_date < $1 AND end_told IS DISTINCT FROM end_date
        ORDER BY end_date LIMIT $2 FOR UPDATE OF contracts SKIP LOCKED
        """,
        today,
        limit,
    )
    return [EndedContract(**dict(row)) for row in rows]


async def mark_told(connection: Connection, contract_ids: list[UUID], *, old_news: list[UUID]) -> None:
    """Note that the ends of contracts are told; those of `old_news` are not told, and never will be."""
    await connection.execute(
        """
        UPDATE contracts SET
            end_told = end_date, end_version = end_version + CASE WHEN id = ANY($2) THEN 0 ELSE 1 END
        WHERE id = ANY($1)
        """,
        contract_ids,
        old_news,
    )

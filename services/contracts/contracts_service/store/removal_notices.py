"""SQL of former members whose space will be closed: who is to be told, and what was told."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True)
class FormerMember:
    """A member whose contract ended, locked until the transaction ends; `version` is that of the last notice, 0 before any."""

    member_id: UUID
    end_date: date
    known_since: datetime
    version: int


async def take_to_announce(connection: Connection, *, brand: str, latest_end: date, limit: int) -> list[FormerMember]:
    """Lock up to `limit` members whose contract ended by `latest_end` and was not looked at since, the earliest first."""
    rows = await connection.fetch(
        """
        SELECT members.id AS member_id, contracts.end_date, created_at AS known_since, coalesce(notice.version, 0) AS version
        FROM contracts JOIN members ON members.id = contracts.member_id
            LEFT JOIN removal_notices AS notice ON notice.member_id = members.id
        WHERE contracts.end_date <= $2 AND members.brand = $1 AND notice.end_date IS DISTINCT FROM contracts.end_date
        ORDER BY contracts.end_date LIMIT $3 FOR UPDATE OF contracts SKIP LOCKED
        """,
        brand,
        latest_end,
        limit,
    )
    return [FormerMember(**dict(row)) for row in rows]


async def note(connection: Connection, looked_at: list[FormerMember], *, announced: list[UUID], now: datetime) -> None:
    """Note that the ends of `looked_at` were looked at, and that the members of `announced` are told."""
    await connection.executemany(
        """
        INSERT INTO removal_notices (member_id, version, end_date, announced_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (member_id) DO UPDATE SET version = $2, end_date = $3, announced_at = $4
        """,
        [
            (
                one.member_id,
                one.version + (one.member_id in announced),
                one.end_date,
                now if one.member_id in announced else None,
            )
            for one in looked_at
        ],
    )

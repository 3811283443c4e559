"""SQL of members who want no announcements of documents and statements."""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

from notifications_service.domain.message_kinds import ANNOUNCEMENTS

DECLINED = "declined"  # why an announcement was stopped


async def covers(connection: Connection, brand: str, member_id: UUID) -> bool:
    """Tell whether a member has declined."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM declined_announcements WHERE brand = $1 AND member_id = $2)", brand, member_id
        )
    )


async def add(connection: Connection, brand: str, member_id: UUID, *, now: datetime) -> bool:
    """Note that a member declines, and stop what is planned; return False where that was known."""
    is_new = await connection.fetchval(
        """
        INSERT INTO declined_announcements (brand, member_id, declined_at) VALUES ($1, $2, $3)
        ON CONFLICT (brand, member_id) DO NOTHING RETURNING true
        """,
        brand,
        member_id,
        now,
    )
    await connection.execute(
        """
        UPDATE deliveries SET
            state = 'stopped', stopped_at = $3, failure = $4, next_attempt_at = NULL, content_sealed = NULL
        WHERE brand = $1 AND member_id = $2 AND purpose = ANY($5) AND state IN ('planned', 'delayed')
        """,
        brand,
        member_id,
        now,
        DECLINED,
        list(ANNOUNCEMENTS),
    )
    return bool(is_new)


async def remove(connection: Connection, brand: str, member_id: UUID) -> bool:
    """Note that a member wants announcements again; return False where none were declined."""
    return bool(
        await connection.fetchval(
            "DELETE FROM declined_announcements WHERE brand = $1 AND member_id = $2 RETURNING true", brand, member_id
        )
    )

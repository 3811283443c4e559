"""SQL of a recipient who leaves with all that was sent."""

from datetime import datetime, timedelta
from uuid import UUID

from service_kit.database import Connection
from service_kit.maintenance import INBOX_DAYS

_MESSAGES = "SELECT id FROM deliveries WHERE brand = $1 AND member_id = $2"
# What points to a message leaves before it. Batches stay: they count letters and name nobody.
_REMOVALS = (
    f"DELETE FROM delivery_attempts WHERE delivery_id IN ({_MESSAGES})",  # noqa: S608 - ours
    f"DELETE FROM submitted_letters WHERE letter_id IN ({_MESSAGES})",  # noqa: S608
    f"DELETE FROM suppressed_addresses WHERE delivery_id IN ({_MESSAGES}) OR (brand = $1 AND member_id = $2)",  # noqa: S608
    f"DELETE FROM closed_addresses WHERE delivery_id IN ({_MESSAGES}) OR (brand = $1 AND member_id = $2)",  # noqa: S608
    "DELETE FROM deliveries WHERE brand = $1 AND member_id = $2",
    "DELETE FROM cancelled_terminations WHERE brand = $1 AND member_id = $2",
    "DELETE FROM declined_announcements WHERE brand = $1 AND member_id = $2",
    "DELETE FROM recipients WHERE brand = $1 AND member_id = $2",
)


async def remove_recipient(connection: Connection, *, brand: str, member_id: UUID) -> None:
    """Delete a person's addresses and every message to the person."""
    for statement in _REMOVALS:
        await connection.execute(statement, brand, member_id)


async def remember(connection: Connection, *, brand: str, member_id: UUID, version: int, now: datetime) -> None:
    """Remember who has left, and at which version, as long as what was heard; forget those who left before that."""
    await connection.execute("DELETE FROM forgotten_people WHERE forgotten_at < $1", now - timedelta(days=INBOX_DAYS))
    await connection.execute(
        """
        INSERT INTO forgotten_people (brand, member_id, version, forgotten_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (brand, member_id) DO UPDATE
        SET version = greatest(forgotten_people.version, excluded.version), forgotten_at = excluded.forgotten_at
        """,
        brand,
        member_id,
        version,
        now,
    )


async def has_left(connection: Connection, *, brand: str, member_id: UUID, version: int) -> bool:
    """Tell whether a person has left after `version`: an event that tells it comes too late."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM forgotten_people WHERE brand = $1 AND member_id = $2 AND version >= $3)",
            brand,
            member_id,
            version,
        )
    )

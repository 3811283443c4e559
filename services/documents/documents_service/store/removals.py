"""SQL of documents that leave with their person, and of the bytes that are still to be removed."""

from datetime import datetime, timedelta
from uuid import UUID

from service_kit.database import Connection
from service_kit.maintenance import INBOX_DAYS


async def remove_documents(connection: Connection, *, brand: str, member_id: UUID, now: datetime) -> int:
    """Delete all documents of a person and what was planned; note their bytes for removal. Return how many documents left."""
    keys = await connection.fetch(
        """
        WITH gone AS (DELETE FROM documents WHERE brand = $1 AND member_id = $2 RETURNING storage_key)
        INSERT INTO objects_to_remove (storage_key, left_at) SELECT storage_key, $3 FROM gone
        ON CONFLICT (storage_key) DO NOTHING RETURNING storage_key
        """,
        brand,
        member_id,
        now,
    )
    for table in ("issues", "hurried_cards"):
        await connection.execute(
            f"DELETE FROM {table} WHERE brand = $1 AND member_id = $2",  # noqa: S608 - ours
            brand,
            member_id,
        )
    return len(keys)


async def next_object(connection: Connection) -> str | None:
    """Lock and return the key of bytes that no document refers to any more."""
    key: str | None = await connection.fetchval(
        "SELECT storage_key FROM objects_to_remove ORDER BY left_at LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    return key


async def note_removed(connection: Connection, storage_key: str) -> None:
    """Note that bytes were removed."""
    await connection.execute("DELETE FROM objects_to_remove WHERE storage_key = $1", storage_key)


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

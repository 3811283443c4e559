"""SQL of an account that leaves with its person."""

from datetime import datetime, timedelta
from uuid import UUID

from service_kit.database import Connection
from service_kit.maintenance import INBOX_DAYS

# What points to an account leaves before it; refresh tokens leave with their session. Deeds are a chain and name no person.
_OF_ACCOUNT = (
    "reset_tokens",
    "posted_codes",
    "email_changes",
    "device_checks",
    "devices",
    "passkeys",
    "passkey_handles",
    "terms_acceptances",
    "sessions",
)


async def remove_account(connection: Connection, *, brand: str, member_id: UUID) -> bool:
    """Delete a person's account and all that was of it; return False where there is none."""
    account_id = await connection.fetchval(
        "SELECT id FROM accounts WHERE brand = $1 AND member_id = $2 FOR UPDATE", brand, member_id
    )
    if account_id is None:
        return False
    for table in _OF_ACCOUNT:
        await connection.execute(f"DELETE FROM {table} WHERE account_id = $1", account_id)  # noqa: S608 - ours
    await connection.execute("DELETE FROM tries WHERE subject = $1", account_id)
    await connection.execute("DELETE FROM accounts WHERE id = $1", account_id)
    return True


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

"""SQL of welcomes: who has an address, no password, and has not been told that the access exists."""

from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.store.accounts import COLUMNS


async def take_due(connection: Connection, *, brands: list[str], today: date, limit: int) -> list[Account]:
    """Lock and return up to `limit` accounts that are due on `today`; those that somebody else holds wait for the next round.

    Read from the partial index accounts_to_welcome: nothing is looked at that is not due.
    """
    rows = await connection.fetch(
        f"""
        SELECT {COLUMNS} FROM accounts
        WHERE brand = ANY($1) AND effective_from <= $2
          AND welcomed_at IS NULL AND password_hash IS NULL AND email_digest IS NOT NULL
        LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
        """,  # noqa: S608 - ours
        brands,
        today,
        limit,
    )
    return [Account(**row) for row in rows]


async def mark(connection: Connection, account_ids: list[UUID], *, now: datetime) -> None:
    """Note that nobody is to be welcomed any more."""
    await connection.execute("UPDATE accounts SET welcomed_at = $2 WHERE id = ANY($1)", account_ids, now)


async def expect(connection: Connection, account_id: UUID) -> None:
    """Let an account be welcomed, again if need be: its address is a new one. Not if it has a password."""
    await connection.execute(
        "UPDATE accounts SET welcomed_at = NULL WHERE id = $1 AND password_hash IS NULL", account_id
    )

"""SQL of welcomes: who has an address, no password, and has not been told that the access exists."""

from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.store.accounts import COLUMNS


async def take_due(connection: Connection, *, brands: list[str], today: date, limit: int) -> list[Account]:
    """Lock and return up to `limit` accounts of each brand that are due on `today`; what somebody else holds waits.

    In the order of the partial index accounts_to_welcome: left to its own guess how many are due, PostgreSQL reads every account.
    """
    rows = await connection.fetch(
        f"""
        SELECT due.* FROM unnest($1::text[]) AS welcoming (of_brand) CROSS JOIN LATERAL (
            SELECT {COLUMNS} FROM accounts
            WHERE brand = of_brand AND effective_from <= $2
              AND welcomed_at IS NULL AND password_hash IS NULL AND email_digest IS NOT NULL
            ORDER BY effective_from LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
        ) AS due
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

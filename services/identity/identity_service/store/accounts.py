"""SQL of accounts.

Whoever decides about an account locks its row first, then its tokens, sessions, posted codes and tries, in that order: so no
two decisions wait for each other in a circle.
"""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as

from identity_service.domain.accounts import Account

COLUMNS = (
    "id, brand, member_id, effective_from, ended_on, email_sealed, statement_digest, password_hash, holder, closed_at"
)


async def find_by_login(
    connection: Connection, *, brand: str, kind: str, digests: list[bytes]
) -> dict[bytes, list[Account]]:
    """Return digest → accounts for the login identifiers (`nir` or `email`) that have one of `digests`."""
    column = {"nir": "nir_digest", "email": "email_digest"}[kind]
    rows = await connection.fetch(
        f"SELECT {column}, {COLUMNS} FROM accounts WHERE brand = $1 AND {column} = ANY($2)",  # noqa: S608 - ours
        brand,
        digests,
    )
    found: dict[bytes, list[Account]] = {}
    for row in rows:
        digest, *columns = row.values()
        found.setdefault(digest, []).append(Account(*columns))
    return found


async def find(connection: Connection, account_id: UUID) -> Account | None:
    """Return an account by id."""
    return row_as(Account, await connection.fetchrow(f"SELECT {COLUMNS} FROM accounts WHERE id = $1", account_id))  # noqa: S608


async def login_digest(connection: Connection, account_id: UUID, *, kind: str) -> bytes | None:
    """Return the digest of the account's own login identifier (`nir` or `email`), if it has one."""
    column = {"nir": "nir_digest", "email": "email_digest"}[kind]
    found: bytes | None = await connection.fetchval(f"SELECT {column} FROM accounts WHERE id = $1", account_id)  # noqa: S608
    return found


async def personal_digests(connection: Connection, account_id: UUID) -> set[bytes]:
    """Return the digests of what a password must not be made of.

    Apart from the account itself: some kilobytes that would make a look-up of somebody known take longer.
    """
    return set(await connection.fetchval("SELECT personal_digests FROM accounts WHERE id = $1", account_id))


async def lock(connection: Connection, account_id: UUID) -> str | None:
    """Keep others from deciding about the account until the transaction ends, and return the present password's hash.

    Of an account that was closed it is None: a password that was right a moment ago opens it no more.
    """
    found: str | None = await connection.fetchval(
        "SELECT CASE WHEN closed_at IS NULL THEN password_hash END FROM accounts WHERE id = $1 FOR NO KEY UPDATE",
        account_id,
    )
    return found


async def hold(connection: Connection, account_ids: list[UUID]) -> dict[UUID, Account]:
    """Keep others from deciding about the accounts until the transaction ends, and return them as they are now.

    The rows are locked in one order, since two workers may decide about the same accounts at once.
    """
    rows = await connection.fetch(
        f"SELECT {COLUMNS} FROM accounts WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",  # noqa: S608 - ours
        account_ids,
    )
    return {row["id"]: Account(**dict(row)) for row in rows}


async def set_password(connection: Connection, account_id: UUID, *, password_hash: str, now: datetime) -> None:
    """Write a new password."""
    await connection.execute(
        "UPDATE accounts SET password_hash = $2, password_changed_at = $3 WHERE id = $1", account_id, password_hash, now
    )


async def refresh_hash(connection: Connection, account_id: UUID, *, password_hash: str) -> None:
    """Replace a hash by one of the same password, made with today's figures."""
    await connection.execute("UPDATE accounts SET password_hash = $2 WHERE id = $1", account_id, password_hash)


async def draw_versions(connection: Connection, account_ids: list[UUID]) -> list[int]:
    """Advance the event sequence of accounts and return one number for each place in `account_ids`, each used once.

    The rows are locked in one order, since two workers may decide about the same accounts at once.
    """
    await connection.execute("SELECT FROM accounts WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", account_ids)
    rows = await connection.fetch(
        """
        UPDATE accounts SET version = version + wanted
        FROM (SELECT asked, count(*) AS wanted FROM unnest($1::uuid[]) AS asked GROUP BY asked) AS drawn WHERE id = asked
        RETURNING id, version - wanted AS last
        """,
        account_ids,
    )
    last: dict[UUID, int] = {row["id"]: row["last"] for row in rows}
    drawn = []
    for account_id in account_ids:
        last[account_id] += 1
        drawn.append(last[account_id])
    return drawn

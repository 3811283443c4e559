"""SQL of accounts."""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as

from identity_service.domain.accounts import Account
from identity_service.domain.brand_policy import Lockout

COLUMNS = """id, brand, member_id, effective_from, ended_on, email_sealed, statement_digest, personal_digests, password_hash,
             failures, try_not_before"""


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


async def count_failure(connection: Connection, account_id: UUID, *, now: datetime, lockout: Lockout) -> bool:
    """Count a try as failed before it is looked at, and tell whether it may be looked at at all.

    One statement: of any number of parallel tries no more than the brand allows are evaluated. From
    `delay_from_failure` on each failure doubles the pause; at `disable_at_failures` another channel must prove the owner.
    """
    return bool(
        await connection.fetchval(
            """
            UPDATE accounts SET failures = failures + 1,
                try_not_before = CASE WHEN failures + 1 >= $3
                    THEN $2 + make_interval(secs => $4 * power(2, least(failures + 1 - $3, 10))) END
            WHERE id = $1 AND failures < $5 AND (try_not_before IS NULL OR try_not_before <= $2)
            RETURNING true
            """,
            account_id,
            now,
            lockout.delay_from_failure,
            float(lockout.first_delay_seconds),
            lockout.disable_at_failures,
        )
    )


async def clear_failures(connection: Connection, account_id: UUID) -> None:
    """Forget failures: the owner has proved to be there."""
    await connection.execute("UPDATE accounts SET failures = 0, try_not_before = NULL WHERE id = $1", account_id)


async def set_password(connection: Connection, account_id: UUID, *, password_hash: str, now: datetime) -> None:
    """Write a new password; a lock ends, since another channel has proved the owner."""
    await connection.execute(
        """
        UPDATE accounts SET password_hash = $2, password_changed_at = $3, failures = 0, try_not_before = NULL WHERE id = $1
        """,
        account_id,
        password_hash,
        now,
    )


async def refresh_hash(connection: Connection, account_id: UUID, *, old: str, new: str) -> None:
    """Replace a hash of the same password made with former figures, unless the password was changed meanwhile."""
    await connection.execute(
        "UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2", account_id, old, new
    )


async def still_has(connection: Connection, account_id: UUID, *, password_hash: str) -> bool:
    """Tell whether the password is still the one that was verified, and keep others from changing it meanwhile."""
    return bool(
        await connection.fetchval(
            "SELECT true FROM accounts WHERE id = $1 AND password_hash = $2 FOR UPDATE", account_id, password_hash
        )
    )


async def has_password(connection: Connection, account_id: UUID) -> bool:
    """Tell whether a password was chosen, and keep others from choosing one meanwhile."""
    return bool(
        await connection.fetchval("SELECT password_hash IS NOT NULL FROM accounts WHERE id = $1 FOR UPDATE", account_id)
    )


async def next_versions(connection: Connection, account_ids: list[UUID]) -> dict[UUID, int]:
    """Advance the event sequence of each account and return it."""
    rows = await connection.fetch(
        "UPDATE accounts SET version = version + 1 WHERE id = ANY($1) RETURNING id, version", account_ids
    )
    return {row["id"]: row["version"] for row in rows}

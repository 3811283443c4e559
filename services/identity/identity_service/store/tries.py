"""SQL of tries: how often somebody tried to come in, counted before it is looked at, by account and over all paths.

A subject is an account's id, or an id drawn from an identifier that no account has: whoever tries has a row, so that time
does not tell who exists.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service_kit.database import Connection

from identity_service.domain.brand_policy import Lockout

UNTOLD_LOCKS = """
    JOIN accounts ON accounts.id = subject
    JOIN unnest($1::text[], $2::integer[]) AS limits (of_brand, disabled_at) ON of_brand = brand
    WHERE lock_told_at IS NULL AND failures >= $3 AND failures >= disabled_at AND last_try_at < $4
"""


@dataclass(frozen=True)
class Locked:
    """What a lock is: so many failures by brand, the last of them before an instant."""

    disabled_at: dict[str, int]
    last_try_before: datetime

    def arguments(self) -> tuple[list[str], list[int], int, datetime]:
        """Return the first arguments of UNTOLD_LOCKS; the least number of failures is what its index is read by."""
        failures = list(self.disabled_at.values())
        return list(self.disabled_at), failures, min(failures), self.last_try_before


async def count(connection: Connection, subject: UUID, *, now: datetime, lockout: Lockout) -> int | None:
    """Count a try as failed before it is looked at; return its number, or None when it may not be looked at at all.

    One statement: of any number of parallel tries no more than the brand allows are evaluated. From
    `delay_from_failure` on each failure doubles the pause; at `disable_at_failures` another channel must prove the owner;
    `tries_per_day` also counts the tries that were right.
    """
    number: int | None = await connection.fetchval(
        """
            INSERT INTO tries AS kept (subject, failures, try_not_before, day_began, day_tries, last_try_at)
            VALUES ($1, 1, CASE WHEN $3::integer <= 1 THEN $2::timestamptz + make_interval(secs => $4::float8) END, $2, 1, $2)
            ON CONFLICT (subject) DO UPDATE SET
                failures = kept.failures + 1,
                try_not_before = CASE WHEN kept.failures + 1 >= $3
                    THEN $2 + make_interval(secs => $4 * power(2, least(kept.failures + 1 - $3, 10))) END,
                day_began = CASE WHEN kept.day_began <= $7 THEN $2 ELSE kept.day_began END,
                day_tries = CASE WHEN kept.day_began <= $7 THEN 1 ELSE kept.day_tries + 1 END,
                last_try_at = $2
            WHERE kept.failures < $5 AND (kept.try_not_before IS NULL OR kept.try_not_before <= $2)
              AND (kept.day_tries < $6 OR kept.day_began <= $7)
            RETURNING failures
            """,
        subject,
        now,
        lockout.delay_from_failure,
        float(lockout.first_delay_seconds),
        lockout.disable_at_failures,
        lockout.tries_per_day,
        now - timedelta(days=1),
    )
    return number


async def clear_failures(connection: Connection, account_id: UUID, *, number: int, lockout: Lockout) -> bool:
    """Forget failures: the owner knew the password at try `number`. The day's tries stay counted.

    False when other tries have closed the account since that one was counted: a lock is looked at again at success.
    """
    return bool(
        await connection.fetchval(
            """
            UPDATE tries SET failures = 0, try_not_before = NULL, lock_told_at = NULL
            WHERE subject = $1 AND (failures < $3 OR failures = $2) RETURNING true
            """,
            account_id,
            number,
            lockout.disable_at_failures,
        )
    )


async def take_back(connection: Connection, account_id: UUID, *, number: int, lockout: Lockout) -> bool:
    """Forget that try `number` was counted as a failure, and none before it; the day's tries stay counted.

    For what is right without proving the owner: whoever knows three facts that have leaked must not wipe out the failures
    between two guesses at the password. False when other tries have closed the account since that one was counted.
    """
    return bool(
        await connection.fetchval(
            """
            UPDATE tries SET
                failures = failures - 1,
                try_not_before = CASE WHEN failures = $2 THEN NULL ELSE try_not_before END -- the pause before it had passed
            WHERE subject = $1 AND failures > 0 AND (failures < $3 OR failures = $2) RETURNING true
            """,
            account_id,
            number,
            lockout.disable_at_failures,
        )
    )


async def close(connection: Connection, account_id: UUID, *, now: datetime, failures: int) -> None:
    """Let the password open nothing until another channel has proved the owner, who is told of it otherwise.

    `failures` is how many in a row the brand disables an account at.
    """
    await connection.execute(
        """
        INSERT INTO tries AS kept (subject, failures, day_began, day_tries, last_try_at, lock_told_at)
        VALUES ($1, $3, $2, 0, $2, $2)
        ON CONFLICT (subject) DO UPDATE SET failures = greatest(kept.failures, $3), last_try_at = $2, lock_told_at = $2
        """,
        account_id,
        now,
        failures,
    )


async def forget(connection: Connection, account_id: UUID) -> None:
    """Forget every try: another channel has proved the owner, which also ends a lock."""
    await connection.execute("DELETE FROM tries WHERE subject = $1", account_id)


async def find_untold_locks(connection: Connection, locked: Locked, *, limit: int) -> list[UUID]:
    """Return accounts that are closed by failures and whose owner has not been told."""
    rows = await connection.fetch(
        f"SELECT subject FROM tries {UNTOLD_LOCKS} LIMIT $5",  # noqa: S608 - ours
        *locked.arguments(),
        limit,
    )
    return [row["subject"] for row in rows]


async def mark_told(
    connection: Connection, account_ids: list[UUID], locked: Locked, *, now: datetime
) -> dict[UUID, datetime]:
    """Note that the owners of those that are still closed are told now; return account → when it was closed."""
    rows = await connection.fetch(
        f"""
        UPDATE tries SET lock_told_at = $6 FROM (SELECT subject AS closed FROM tries {UNTOLD_LOCKS} AND subject = ANY($5)) AS lock
        WHERE subject = closed RETURNING subject, last_try_at
        """,  # noqa: S608 - ours
        *locked.arguments(),
        account_ids,
        now,
    )
    return {row["subject"]: row["last_try_at"] for row in rows}


async def forget_idle(connection: Connection, *, before: datetime) -> None:
    """Delete what says nothing any more: the last try lies before `before`, and no account's failures are in it."""
    await connection.execute(
        """
        DELETE FROM tries WHERE last_try_at < $1
            AND (failures = 0 OR NOT EXISTS (SELECT FROM accounts WHERE id = subject))
        """,
        before,
    )

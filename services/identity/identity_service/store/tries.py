"""SQL of tries: how often somebody tried to come in, counted before it is looked at, by account and over all paths.

A subject is an account's id, or an id drawn from an identifier that no account has: whoever tries has a row, so that time
does not tell who exists.
"""

from datetime import datetime, timedelta
from uuid import UUID

from service_kit.database import Connection

from identity_service.domain.brand_policy import Lockout


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
            UPDATE tries SET failures = 0, try_not_before = NULL
            WHERE subject = $1 AND (failures < $3 OR failures = $2) RETURNING true
            """,
            account_id,
            number,
            lockout.disable_at_failures,
        )
    )


async def forget(connection: Connection, account_id: UUID) -> None:
    """Forget every try: another channel has proved the owner, which also ends a lock."""
    await connection.execute("DELETE FROM tries WHERE subject = $1", account_id)


async def forget_idle(connection: Connection, *, before: datetime) -> None:
    """Delete what says nothing any more: the last try lies before `before`, and no account's failures are in it."""
    await connection.execute(
        """
        DELETE FROM tries WHERE last_try_at < $1
            AND (failures = 0 OR NOT EXISTS (SELECT FROM accounts WHERE id = subject))
        """,
        before,
    )

"""SQL of posted one-time codes: kept as keyed digests, used once, a few tries."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as


@dataclass(frozen=True)
class PostedCode:
    """A code that was sent by post."""

    id: UUID
    account_id: UUID
    digest: bytes
    expires_at: datetime


async def replace_all(connection: Connection, codes: list[PostedCode], *, now: datetime) -> None:
    """Keep fresh codes; a new code cancels the account's former ones."""
    await connection.execute(
        "UPDATE posted_codes SET cancelled_at = $2 WHERE account_id = ANY($1) AND used_at IS NULL AND cancelled_at IS NULL",
        [code.account_id for code in codes],
        now,
    )
    await connection.executemany(
        "INSERT INTO posted_codes (id, account_id, digest, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        [(code.id, code.account_id, code.digest, now, code.expires_at) for code in codes],
    )


async def accounts_with_a_letter_since(
    connection: Connection, account_ids: list[UUID], *, since: datetime, now: datetime
) -> set[UUID]:
    """Return the accounts whose present code was made after `since` and never tried: its letter is on its way."""
    rows = await connection.fetch(
        """
        SELECT account_id FROM posted_codes
        WHERE account_id = ANY($1) AND used_at IS NULL AND cancelled_at IS NULL AND tries = 0
          AND created_at > $2 AND expires_at > $3
        """,
        account_ids,
        since,
        now,
    )
    return {row["account_id"] for row in rows}


async def count_try(connection: Connection, account_id: UUID, *, now: datetime, tries: int) -> PostedCode | None:
    """Count a try on the account's present code before it is compared; None when there is none or no try is left."""
    row = await connection.fetchrow(
        """
        UPDATE posted_codes SET tries = tries + 1
        WHERE account_id = $1 AND used_at IS NULL AND cancelled_at IS NULL AND expires_at > $2 AND tries < $3
        RETURNING id, account_id, digest, expires_at
        """,
        account_id,
        now,
        tries,
    )
    return row_as(PostedCode, row)


async def give_back_try(connection: Connection, code_id: UUID) -> None:
    """Take a counted try back: the code was right."""
    await connection.execute("UPDATE posted_codes SET tries = tries - 1 WHERE id = $1", code_id)


async def consume(connection: Connection, code_id: UUID, *, now: datetime) -> bool:
    """Use a code up; False when it was used, cancelled or ran out meanwhile."""
    return bool(
        await connection.fetchval(
            """
            UPDATE posted_codes SET used_at = $2
            WHERE id = $1 AND used_at IS NULL AND cancelled_at IS NULL AND expires_at > $2 RETURNING true
            """,
            code_id,
            now,
        )
    )


async def cancel_all(connection: Connection, account_id: UUID, *, now: datetime) -> None:
    """Cancel every code of an account: a password was chosen."""
    await connection.execute(
        "UPDATE posted_codes SET cancelled_at = $2 WHERE account_id = $1 AND used_at IS NULL AND cancelled_at IS NULL",
        account_id,
        now,
    )


async def forget_expired(connection: Connection, *, before: datetime) -> None:
    """Delete codes that ran out before `before`."""
    await connection.execute("DELETE FROM posted_codes WHERE expires_at < $1", before)

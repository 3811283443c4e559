"""SQL of posted one-time codes: kept as keyed digests, used once, a few tries."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as

from identity_service.domain.letter_quotas import PrintedLetter


@dataclass(frozen=True)
class PostedCode:
    """A code that was sent by post."""

    id: UUID
    account_id: UUID
    digest: bytes
    expires_at: datetime


async def replace(connection: Connection, code: PostedCode, *, origin: str, now: datetime) -> list[UUID]:
    """Keep a fresh code, which cancels the account's former one; return as `cancel_all`. The caller has locked the account."""
    unneeded = await cancel_all(connection, code.account_id, now=now)
    await connection.execute(
        """
        INSERT INTO posted_codes (id, account_id, digest, created_at, expires_at, origin) VALUES ($1, $2, $3, $4, $5, $6)
        """,
        code.id,
        code.account_id,
        code.digest,
        now,
        code.expires_at,
        origin,
    )
    return unneeded


async def printed_since(connection: Connection, account_id: UUID, *, since: datetime) -> list[PrintedLetter]:
    """Return the letters with codes of an account after `since`, oldest first: used and cancelled ones were printed too."""
    rows = await connection.fetch(
        """
        SELECT created_at AS at, coalesce(unneeded_at < coalesce(cancelled_at, 'infinity'), false) AS owner_was_in
        FROM posted_codes WHERE account_id = $1 AND created_at > $2 ORDER BY created_at
        """,
        account_id,
        since,
    )
    return [PrintedLetter(**dict(row)) for row in rows]


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


async def cancel_all(connection: Connection, account_id: UUID, *, now: datetime) -> list[UUID]:
    """Cancel every code of an account: a password was chosen, or another code replaces it.

    Return those of which it is to be told that they are not needed any more: nobody knew, and they had not run out.
    """
    rows = await connection.fetch(
        """
        WITH living AS (
            SELECT id, unneeded_at IS NULL AND expires_at > $2 AS to_tell FROM posted_codes
            WHERE account_id = $1 AND used_at IS NULL AND cancelled_at IS NULL FOR UPDATE
        )
        UPDATE posted_codes SET cancelled_at = $2, unneeded_at = coalesce(unneeded_at, $2)
        FROM living WHERE posted_codes.id = living.id RETURNING posted_codes.id, to_tell
        """,
        account_id,
        now,
    )
    return [row["id"] for row in rows if row["to_tell"]]


async def account_of(connection: Connection, code_id: UUID) -> UUID | None:
    """Return whose code it is; None when nobody knows it (any more)."""
    found: UUID | None = await connection.fetchval("SELECT account_id FROM posted_codes WHERE id = $1", code_id)
    return found


async def cancel(connection: Connection, code_id: UUID, *, now: datetime) -> bool:
    """Cancel one code, of which nobody need be told; False when it was used or cancelled before."""
    return bool(
        await connection.fetchval(
            """
            UPDATE posted_codes SET cancelled_at = $2, unneeded_at = coalesce(unneeded_at, $2)
            WHERE id = $1 AND used_at IS NULL AND cancelled_at IS NULL RETURNING true
            """,
            code_id,
            now,
        )
    )


async def forget_expired(connection: Connection, *, before: datetime) -> None:
    """Delete codes that ran out before `before`."""
    await connection.execute("DELETE FROM posted_codes WHERE expires_at < $1", before)

"""SQL of changes of address: asked for, proved by a mailed code, undone by a token that the former address gets."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as


@dataclass(frozen=True)
class AskedChange:
    """An address that somebody signed in has asked for, and the code that was mailed to it."""

    id: UUID
    account_id: UUID
    code_digest: bytes
    email_digest: bytes
    email_sealed: bytes
    expires_at: datetime


@dataclass(frozen=True)
class ProvedChange:
    """What became of a code: the address is proved, or the try was in vain."""

    id: UUID
    right: bool
    email_digest: bytes
    email_sealed: bytes


@dataclass(frozen=True)
class Undo:
    """A change that its former address may undo, and that address as it is kept: unless contracts has told one since."""

    id: UUID
    account_id: UUID
    made_at: datetime
    former_digest: bytes | None
    former_sealed: bytes | None


async def asked_since(connection: Connection, account_id: UUID, *, since: datetime) -> list[datetime]:
    """Return when the account has asked for a change since an instant, oldest first."""
    rows = await connection.fetch(
        "SELECT created_at FROM email_changes WHERE account_id = $1 AND created_at > $2 ORDER BY created_at",
        account_id,
        since,
    )
    return [row["created_at"] for row in rows]


async def ask(connection: Connection, asked: AskedChange, *, now: datetime) -> None:
    """Keep a change that is asked for; it cancels the one before it."""
    await cancel_asked(connection, asked.account_id, now=now)
    await connection.execute(
        """
        INSERT INTO email_changes (id, account_id, code_digest, email_digest, email_sealed, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        asked.id,
        asked.account_id,
        asked.code_digest,
        asked.email_digest,
        asked.email_sealed,
        now,
        asked.expires_at,
    )


async def cancel_asked(connection: Connection, account_id: UUID, *, now: datetime) -> None:
    """Cancel the change that an account waits for a code for."""
    await connection.execute(
        """
        UPDATE email_changes SET cancelled_at = $2, email_sealed = NULL
        WHERE account_id = $1 AND used_at IS NULL AND cancelled_at IS NULL
        """,
        account_id,
        now,
    )


async def asked_address(connection: Connection, account_id: UUID, *, now: datetime) -> bytes | None:
    """Return the digest of the address that a code would prove now."""
    found: bytes | None = await connection.fetchval(
        """
        SELECT email_digest FROM email_changes
        WHERE account_id = $1 AND used_at IS NULL AND cancelled_at IS NULL AND expires_at > $2
        """,
        account_id,
        now,
    )
    return found


async def prove(
    connection: Connection, account_id: UUID, *, code_digests: list[bytes], now: datetime, tries: int
) -> ProvedChange | None:
    """Count a try, compare the code and use it up, in one statement; None when there is no code, or no try is left."""
    row = await connection.fetchrow(
        """
        UPDATE email_changes SET tries = tries + 1, used_at = CASE WHEN code_digest = ANY($2) THEN $3::timestamptz END
        WHERE account_id = $1 AND used_at IS NULL AND cancelled_at IS NULL AND expires_at > $3 AND tries < $4
        RETURNING id, used_at IS NOT NULL AS right, email_digest, email_sealed
        """,
        account_id,
        code_digests,
        now,
        tries,
    )
    return row_as(ProvedChange, row)


async def is_doubtful(connection: Connection, account_id: UUID, *, since: datetime) -> bool:
    """Tell whether the account's present address may be a thief's: set since an instant, or before a letter proved the owner.

    Such an address gets no link that would put it back.
    """
    return bool(
        await connection.fetchval(
            """
            SELECT EXISTS (SELECT FROM email_changes WHERE account_id = $1 AND undo_digest IS NOT NULL AND used_at > $2)
                OR EXISTS (SELECT FROM posted_codes WHERE account_id = $1 AND used_at > $2)
            """,
            account_id,
            since,
        )
    )


async def keep_undo(connection: Connection, change_id: UUID, *, undo_digest: bytes, undo_until: datetime) -> None:
    """Keep the account's present address, which is about to be replaced, for whoever holds the token that undoes that."""
    await connection.execute(
        """
        UPDATE email_changes SET
            undo_digest = $2, undo_until = $3, former_digest = accounts.email_digest, former_sealed = accounts.email_sealed
        FROM accounts WHERE email_changes.id = $1 AND accounts.id = account_id
        """,
        change_id,
        undo_digest,
        undo_until,
    )


async def forget_former(connection: Connection, account_id: UUID, *, told: list[bytes]) -> None:
    """Let no link put an address back any more: contracts tells another one, of which `told` are the digests.

    Unless it is one of the account's own changes that comes back from contracts: that is no news.
    """
    await connection.execute(
        """
        UPDATE email_changes SET former_digest = NULL, former_sealed = NULL
        WHERE account_id = $1 AND undone_at IS NULL AND NOT EXISTS (
            SELECT FROM email_changes AS own WHERE own.account_id = $1 AND own.used_at IS NOT NULL
                AND (own.email_digest = ANY($2::bytea[]) OR own.former_digest = ANY($2::bytea[]))
        )
        """,
        account_id,
        told,
    )


async def blank(connection: Connection, change_id: UUID) -> None:
    """Forget the address of a change that was made, or refused: it has served."""
    await connection.execute("UPDATE email_changes SET email_sealed = NULL WHERE id = $1", change_id)


async def find_undo(connection: Connection, *, digests: list[bytes], brand: str, now: datetime) -> Undo | None:
    """Return the change that a token may still undo, of an account of `brand`."""
    row = await connection.fetchrow(
        """
        SELECT email_changes.id, account_id, used_at AS made_at, former_digest, former_sealed
        FROM email_changes JOIN accounts ON accounts.id = account_id
        WHERE undo_digest = ANY($1) AND undone_at IS NULL AND undo_until > $2 AND brand = $3
        """,
        digests,
        now,
        brand,
    )
    return row_as(Undo, row)


async def undo(connection: Connection, found: Undo, *, now: datetime) -> bool:
    """Use a token up, and with it those of the changes that were made since; False when it was used, or ran out, since."""
    undone = await connection.fetchval(
        """
        UPDATE email_changes SET undone_at = $2, former_sealed = NULL
        WHERE id = $1 AND undone_at IS NULL AND undo_until > $2 RETURNING true
        """,
        found.id,
        now,
    )
    if undone:
        await connection.execute(
            """
            UPDATE email_changes SET undone_at = $2, former_sealed = NULL
            WHERE account_id = $1 AND undo_digest IS NOT NULL AND undone_at IS NULL AND used_at >= $3
            """,
            found.account_id,
            now,
            found.made_at,
        )
    return bool(undone)


async def forget_expired(connection: Connection, *, now: datetime, before: datetime) -> None:
    """Blank the addresses of what has run out, and delete what ran out before `before`."""
    await connection.execute(
        "UPDATE email_changes SET email_sealed = NULL WHERE expires_at < $1 AND email_sealed IS NOT NULL", now
    )
    await connection.execute(
        "UPDATE email_changes SET former_sealed = NULL WHERE undo_until < $1 AND former_sealed IS NOT NULL", now
    )
    await connection.execute(
        "DELETE FROM email_changes WHERE expires_at < $1 AND (undo_until IS NULL OR undo_until < $1)", before
    )

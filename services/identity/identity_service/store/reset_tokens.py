"""SQL of mailed tokens, each good for choosing a password once: kept as keyed digests."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from service_kit.database import Connection, row_as

Purpose = Literal["reset", "welcome", "activation"]

COLUMNS = "digest, account_id, purpose, expires_at, cause, email_digest, email_sealed, terms_version"


@dataclass(frozen=True)
class MailedToken:
    """What a mailed token is for: the way back in (`reset`), the first way in (`welcome`), or an access that was asked for.

    An `activation` brings the address that it was mailed to, and the terms that were accepted with it.
    """

    digest: bytes
    account_id: UUID
    purpose: Purpose
    expires_at: datetime
    cause: UUID | None  # the id that its event gives it, which a failed delivery names
    email_digest: bytes | None = None
    email_sealed: bytes | None = None
    terms_version: str | None = None


@dataclass(frozen=True)
class MailsSent:
    """How many mails of one purpose were sent for an account lately."""

    last_hour: int = 0
    last_day: int = 0


async def insert_all(connection: Connection, tokens: list[MailedToken], *, now: datetime) -> None:
    """Keep fresh tokens."""
    await connection.executemany(
        f"INSERT INTO reset_tokens ({COLUMNS}, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",  # noqa: S608 - ours
        [
            (
                one.digest,
                one.account_id,
                one.purpose,
                one.expires_at,
                one.cause,
                one.email_digest,
                one.email_sealed,
                one.terms_version,
                now,
            )
            for one in tokens
        ],
    )


async def count_mailed(
    connection: Connection, account_ids: list[UUID], *, purpose: Purpose, now: datetime
) -> dict[UUID, MailsSent]:
    """Return account → how many tokens it was mailed in the last hour and the last 24 hours, used or not."""
    rows = await connection.fetch(
        """
        SELECT account_id, count(*) FILTER (WHERE created_at > $3) AS last_hour, count(*) AS last_day
        FROM reset_tokens WHERE account_id = ANY($1) AND purpose = $2 AND created_at > $4 GROUP BY account_id
        """,
        account_ids,
        purpose,
        now - timedelta(hours=1),
        now - timedelta(days=1),
    )
    return {row["account_id"]: MailsSent(row["last_hour"], row["last_day"]) for row in rows}


async def find(connection: Connection, *, digests: list[bytes], brand: str, now: datetime) -> MailedToken | None:
    """Return a token that still opens an account of `brand`."""
    columns = ", ".join(f"reset_tokens.{column}" for column in COLUMNS.split(", "))
    row = await connection.fetchrow(
        f"""
        SELECT {columns} FROM reset_tokens JOIN accounts ON accounts.id = account_id
        WHERE digest = ANY($1) AND used_at IS NULL AND expires_at > $2 AND brand = $3
        """,  # noqa: S608 - ours
        digests,
        now,
        brand,
    )
    return row_as(MailedToken, row)


async def consume(connection: Connection, token: MailedToken, *, now: datetime) -> bool:
    """Use a token up; False when it was used, or ran out, since it was found. Checked and written in one statement."""
    return bool(
        await connection.fetchval(
            """
            UPDATE reset_tokens SET used_at = $3
            WHERE digest = $1 AND account_id = $2 AND used_at IS NULL AND expires_at > $3 RETURNING true
            """,
            token.digest,
            token.account_id,
            now,
        )
    )


async def cancel_all(connection: Connection, account_id: UUID, *, now: datetime) -> None:
    """Use up every token of an account: a password was chosen, or its address is another one."""
    await connection.execute(
        "UPDATE reset_tokens SET used_at = $2 WHERE account_id = $1 AND used_at IS NULL", account_id, now
    )


async def forget_all(connection: Connection, account_id: UUID) -> None:
    """Delete every token of an account: what an intruder had mailed must not count against the owner's quota."""
    await connection.execute("DELETE FROM reset_tokens WHERE account_id = $1", account_id)


async def cancel_purpose(connection: Connection, account_id: UUID, *, purpose: Purpose, now: datetime) -> None:
    """Use up the tokens of one purpose of an account: another way in was chosen."""
    await connection.execute(
        "UPDATE reset_tokens SET used_at = $3 WHERE account_id = $1 AND purpose = $2 AND used_at IS NULL",
        account_id,
        purpose,
        now,
    )


async def find_unused_cause(connection: Connection, cause: UUID, *, purpose: Purpose) -> UUID | None:
    """Return the account whose token of this cause was mailed and not used, expired or not."""
    found: UUID | None = await connection.fetchval(
        "SELECT account_id FROM reset_tokens WHERE cause = $1 AND purpose = $2 AND used_at IS NULL", cause, purpose
    )
    return found


async def cancel_cause(connection: Connection, cause: UUID, *, account_id: UUID, now: datetime) -> bool:
    """Use up the token of this cause; False when it was used, or voided, before."""
    return bool(
        await connection.fetchval(
            "UPDATE reset_tokens SET used_at = $3 WHERE cause = $1 AND account_id = $2 AND used_at IS NULL RETURNING true",
            cause,
            account_id,
            now,
        )
    )


async def forget_expired(connection: Connection, *, before: datetime) -> None:
    """Delete tokens that ran out before `before`."""
    await connection.execute("DELETE FROM reset_tokens WHERE expires_at < $1", before)

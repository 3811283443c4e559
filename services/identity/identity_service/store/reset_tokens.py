"""SQL of reset tokens: kept as keyed digests, used once."""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection


async def insert_all(
    connection: Connection, tokens: list[tuple[bytes, UUID]], *, now: datetime, expires_at: list[datetime]
) -> None:
    """Keep the digests of fresh tokens, each with its account."""
    await connection.executemany(
        "INSERT INTO reset_tokens (digest, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        [(digest, account_id, now, until) for (digest, account_id), until in zip(tokens, expires_at, strict=True)],
    )


async def find_account(connection: Connection, *, digests: list[bytes], brand: str, now: datetime) -> UUID | None:
    """Return the account that a token still opens."""
    found: UUID | None = await connection.fetchval(
        """
        SELECT account_id FROM reset_tokens JOIN accounts ON accounts.id = account_id
        WHERE digest = ANY($1) AND used_at IS NULL AND expires_at > $2 AND brand = $3
        """,
        digests,
        now,
        brand,
    )
    return found


async def consume(connection: Connection, *, digests: list[bytes], account_id: UUID, now: datetime) -> bool:
    """Use a token up; False when it was used, or ran out, since it was found. Checked and written in one statement."""
    return bool(
        await connection.fetchval(
            """
            UPDATE reset_tokens SET used_at = $3
            WHERE digest = ANY($1) AND account_id = $2 AND used_at IS NULL AND expires_at > $3 RETURNING true
            """,
            digests,
            account_id,
            now,
        )
    )


async def cancel_all(connection: Connection, account_id: UUID, *, now: datetime) -> None:
    """Use up every token of an account: a password was chosen."""
    await connection.execute(
        "UPDATE reset_tokens SET used_at = $2 WHERE account_id = $1 AND used_at IS NULL", account_id, now
    )


async def forget_expired(connection: Connection, *, before: datetime) -> None:
    """Delete tokens that ran out before `before`."""
    await connection.execute("DELETE FROM reset_tokens WHERE expires_at < $1", before)

"""SQL of sessions and their refresh tokens (kept as digests, used once, reuse ends the session)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True)
class Session:
    """A living session."""

    id: UUID
    account_id: UUID
    brand: str
    member_id: UUID


async def open_session(
    connection: Connection, *, session_id: UUID, account_id: UUID, now: datetime, lifetime: timedelta, idle: timedelta
) -> None:
    """Begin a session of at most `lifetime`, ended earlier when it is not refreshed within `idle`."""
    await connection.execute(
        "INSERT INTO sessions (id, account_id, created_at, expires_at, idle_until) VALUES ($1, $2, $3, $4, $5)",
        session_id,
        account_id,
        now,
        now + lifetime,
        now + idle,
    )


async def add_refresh_token(connection: Connection, *, session_id: UUID, digest: bytes, now: datetime) -> None:
    """Keep the digest of a fresh refresh token."""
    await connection.execute(
        "INSERT INTO refresh_tokens (digest, session_id, created_at) VALUES ($1, $2, $3)", digest, session_id, now
    )


async def use_refresh_token(connection: Connection, *, digests: list[bytes], now: datetime) -> Session | None:
    """Use a refresh token up and return its living session."""
    row = await connection.fetchrow(
        """
        WITH used AS (
            UPDATE refresh_tokens SET used_at = $2 WHERE digest = ANY($1) AND used_at IS NULL RETURNING session_id
        )
        SELECT sessions.id, account_id, brand, member_id FROM used
        JOIN sessions ON sessions.id = session_id JOIN accounts ON accounts.id = account_id
        WHERE ended_at IS NULL AND expires_at > $2 AND idle_until > $2
        """,
        digests,
        now,
    )
    return None if row is None else Session(**dict(row))


async def end_if_reused(connection: Connection, *, digests: list[bytes], now: datetime) -> bool:
    """End the session of a refresh token that had been used before: one of its two holders is a thief (RFC 9700 § 4.14)."""
    return bool(
        await connection.fetchval(
            """
            UPDATE sessions SET ended_at = $2, ended_because = 'refresh token used twice'
            WHERE ended_at IS NULL AND id IN (
                SELECT session_id FROM refresh_tokens WHERE digest = ANY($1) AND used_at < $2
            ) RETURNING true
            """,
            digests,
            now,
        )
    )


async def extend(connection: Connection, session_id: UUID, *, idle_until: datetime) -> None:
    """Put off the idle end of a session."""
    await connection.execute("UPDATE sessions SET idle_until = $2 WHERE id = $1", session_id, idle_until)


async def end(connection: Connection, session_id: UUID, *, account_id: UUID, now: datetime, because: str) -> bool:
    """End one session of an account."""
    return bool(
        await connection.fetchval(
            """
            UPDATE sessions SET ended_at = $3, ended_because = $4
            WHERE id = $1 AND account_id = $2 AND ended_at IS NULL RETURNING true
            """,
            session_id,
            account_id,
            now,
            because,
        )
    )


async def end_all(connection: Connection, account_id: UUID, *, now: datetime, because: str) -> None:
    """End every session of an account."""
    await connection.execute(
        "UPDATE sessions SET ended_at = $2, ended_because = $3 WHERE account_id = $1 AND ended_at IS NULL",
        account_id,
        now,
        because,
    )

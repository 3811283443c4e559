"""SQL of sessions and their refresh tokens (kept as digests, used once, reuse ends the session)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service_kit.database import Connection, row_as


@dataclass(frozen=True)
class RefreshToken:
    """A refresh token that was given out once, and how its session stands."""

    digest: bytes
    session_id: UUID
    account_id: UUID
    session_began_at: datetime
    used: bool
    living: bool  # the session was not ended, and neither its last day nor its idle end has come


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


async def hold_refresh_token(connection: Connection, *, digests: list[bytes], now: datetime) -> RefreshToken | None:
    """Return a refresh token with its session, and keep others from using the one or ending the other meanwhile."""
    row = await connection.fetchrow(
        """
        SELECT digest, session_id, account_id, sessions.created_at AS session_began_at, used_at IS NOT NULL AS used,
               ended_at IS NULL AND expires_at > $2 AND idle_until > $2 AS living
        FROM refresh_tokens JOIN sessions ON sessions.id = session_id
        WHERE digest = ANY($1) FOR UPDATE OF refresh_tokens, sessions
        """,
        digests,
        now,
    )
    return row_as(RefreshToken, row)


async def use_refresh_token(connection: Connection, *, digest: bytes, now: datetime) -> None:
    """Use a refresh token up."""
    await connection.execute("UPDATE refresh_tokens SET used_at = $2 WHERE digest = $1", digest, now)


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


async def forget_expired(connection: Connection, *, before: datetime) -> None:
    """Delete sessions whose last day lies before `before`, with their refresh tokens."""
    await connection.execute("DELETE FROM sessions WHERE expires_at < $1", before)

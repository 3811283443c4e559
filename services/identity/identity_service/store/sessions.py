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
    acr: str
    used: bool
    living: bool  # the session was not ended, and neither its last day nor its idle end has come


@dataclass(frozen=True)
class LivingSession:
    """A session that goes on: how it began, and when it ends unless it is used."""

    id: UUID
    began_at: datetime
    last_used_at: datetime
    expires_at: datetime
    acr: str
    device: str
    device_id: UUID | None


@dataclass(frozen=True)
class Beginning:
    """How a session begins: with what proof (`acr`), and on which device (`device_id`: one that is trusted)."""

    session_id: UUID
    account_id: UUID
    acr: str
    device: str
    device_id: UUID | None = None


LIVING = """
    SELECT id, created_at AS began_at, coalesce(last_used_at, created_at) AS last_used_at,
           least(expires_at, idle_until) AS expires_at, acr, coalesce(device, '') AS device, device_id
    FROM sessions WHERE account_id = $1 AND ended_at IS NULL AND expires_at > $2 AND idle_until > $2
"""


async def open_session(
    connection: Connection, beginning: Beginning, *, now: datetime, lifetime: timedelta, idle: timedelta
) -> UUID | None:
    """Begin a session of at most `lifetime`, ended earlier when it is not refreshed within `idle`.

    Return the posted code that the account had waited for and does not need any more, marked so that it is told once. A code
    that somebody is trying at this very moment is skipped, not waited for: its letter has arrived. One that an adviser has had
    sent is left alone: whoever signs in may be the one from whom the account is to be taken back.
    """
    unneeded: UUID | None = await connection.fetchval(
        """
        WITH waiting AS (
            SELECT id FROM posted_codes
            WHERE account_id = $2 AND used_at IS NULL AND cancelled_at IS NULL AND unneeded_at IS NULL AND expires_at > $3
                AND origin <> 'adviser'
            FOR UPDATE SKIP LOCKED
        ), unneeded AS (
            UPDATE posted_codes SET unneeded_at = $3 FROM waiting WHERE posted_codes.id = waiting.id RETURNING posted_codes.id
        )
        INSERT INTO sessions (id, account_id, created_at, last_used_at, expires_at, idle_until, acr, device, device_id)
        VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8) RETURNING (SELECT id FROM unneeded)
        """,
        beginning.session_id,
        beginning.account_id,
        now,
        now + lifetime,
        now + idle,
        beginning.acr,
        beginning.device,
        beginning.device_id,
    )
    return unneeded


async def find_living(
    connection: Connection, session_id: UUID, *, account_id: UUID, now: datetime
) -> LivingSession | None:
    """Return a session of an account, unless it has ended."""
    return row_as(LivingSession, await connection.fetchrow(f"{LIVING} AND id = $3", account_id, now, session_id))


async def living(connection: Connection, account_id: UUID, *, now: datetime, limit: int) -> list[LivingSession]:
    """Return up to `limit` sessions of an account that have not ended, the last used first."""
    rows = await connection.fetch(
        f"{LIVING} ORDER BY coalesce(last_used_at, created_at) DESC, id LIMIT $3", account_id, now, limit
    )
    return [LivingSession(**dict(row)) for row in rows]


async def add_refresh_token(connection: Connection, *, session_id: UUID, digest: bytes, now: datetime) -> None:
    """Keep the digest of a fresh refresh token."""
    await connection.execute(
        "INSERT INTO refresh_tokens (digest, session_id, created_at) VALUES ($1, $2, $3)", digest, session_id, now
    )


async def hold_refresh_token(connection: Connection, *, digests: list[bytes], now: datetime) -> RefreshToken | None:
    """Return a refresh token with its session, and keep others from using the one or ending the other meanwhile."""
    row = await connection.fetchrow(
        """
        SELECT digest, session_id, account_id, sessions.created_at AS session_began_at, acr, used_at IS NOT NULL AS used,
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


async def extend(connection: Connection, session_id: UUID, *, now: datetime, idle: timedelta) -> None:
    """Put off the idle end of a session that is used."""
    await connection.execute(
        "UPDATE sessions SET idle_until = $2, last_used_at = $3 WHERE id = $1", session_id, now + idle, now
    )


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


async def end_all(
    connection: Connection, account_id: UUID, *, now: datetime, because: str, but: UUID | None = None
) -> None:
    """End every session of an account, `but` one."""
    await connection.execute(
        """
        UPDATE sessions SET ended_at = $2, ended_because = $3
        WHERE account_id = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $4
        """,
        account_id,
        now,
        because,
        but,
    )


async def forget_expired(connection: Connection, *, before: datetime) -> None:
    """Delete sessions whose last day lies before `before`, with their refresh tokens."""
    await connection.execute("DELETE FROM sessions WHERE expires_at < $1", before)

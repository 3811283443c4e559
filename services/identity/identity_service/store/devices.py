"""SQL of devices that their members have proved, and of the mailed codes that prove one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True)
class Device:
    """A device that is known from now on."""

    id: UUID
    account_id: UUID
    digest: bytes
    device: str
    expires_at: datetime


@dataclass(frozen=True)
class DeviceCheck:
    """A code that was mailed for a device that is not known yet."""

    id: UUID
    account_id: UUID
    code_digest: bytes
    expires_at: datetime


async def see(connection: Connection, account_id: UUID, *, digests: list[bytes], now: datetime) -> UUID | None:
    """Return the account's device that holds a token, and note that it was seen."""
    found: UUID | None = await connection.fetchval(
        """
        UPDATE devices SET last_seen_at = $3
        WHERE digest = ANY($2) AND account_id = $1 AND expires_at > $3 RETURNING id
        """,
        account_id,
        digests,
        now,
    )
    return found


async def trust(connection: Connection, device: Device, *, now: datetime, most: int) -> None:
    """Keep a device; of more than `most` the one that was not seen for longest is forgotten."""
    await connection.execute(
        """
        INSERT INTO devices (id, account_id, digest, device, created_at, last_seen_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $5, $6)
        """,
        device.id,
        device.account_id,
        device.digest,
        device.device,
        now,
        device.expires_at,
    )
    await connection.execute(
        """
        DELETE FROM devices WHERE id IN (
            SELECT id FROM devices WHERE account_id = $1 ORDER BY last_seen_at DESC, id OFFSET $2
        )
        """,
        device.account_id,
        most,
    )


async def forget_others(connection: Connection, account_id: UUID, *, session_id: UUID | None, now: datetime) -> None:
    """Forget the account's devices, but for the one on which `session_id` goes on."""
    await connection.execute(
        "DELETE FROM devices WHERE account_id = $1 AND id IS DISTINCT FROM (SELECT device_id FROM sessions WHERE id = $2)",
        account_id,
        session_id,
    )
    await connection.execute(
        "UPDATE device_checks SET cancelled_at = $2 WHERE account_id = $1 AND used_at IS NULL AND cancelled_at IS NULL",
        account_id,
        now,
    )


async def note_proof(connection: Connection, account_id: UUID, *, now: datetime) -> None:
    """Note that another channel than the password has proved the owner."""
    await connection.execute("UPDATE accounts SET channel_proved_at = $2 WHERE id = $1", account_id, now)


async def proved_since(connection: Connection, account_id: UUID, *, since: datetime) -> bool:
    """Tell whether another channel has proved the owner since an instant."""
    return bool(
        await connection.fetchval("SELECT channel_proved_at > $2 FROM accounts WHERE id = $1", account_id, since)
    )


async def asked_since(connection: Connection, account_id: UUID, *, since: datetime) -> list[datetime]:
    """Return when codes were mailed since an instant, oldest first."""
    rows = await connection.fetch(
        "SELECT created_at FROM device_checks WHERE account_id = $1 AND created_at > $2 ORDER BY created_at",
        account_id,
        since,
    )
    return [row["created_at"] for row in rows]


async def ask(connection: Connection, check: DeviceCheck, *, now: datetime) -> None:
    """Keep a code that is mailed now; it cancels the one before it."""
    await connection.execute(
        "UPDATE device_checks SET cancelled_at = $2 WHERE account_id = $1 AND used_at IS NULL AND cancelled_at IS NULL",
        check.account_id,
        now,
    )
    await connection.execute(
        "INSERT INTO device_checks (id, account_id, code_digest, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        check.id,
        check.account_id,
        check.code_digest,
        now,
        check.expires_at,
    )


async def prove(
    connection: Connection, account_id: UUID, *, code_digests: list[bytes], now: datetime, tries: int
) -> bool:
    """Count a try, compare the code and use it up, in one statement; False when there is none, or no try is left."""
    return bool(
        await connection.fetchval(
            """
            UPDATE device_checks SET
                tries = tries + 1, used_at = CASE WHEN code_digest = ANY($2) THEN $3::timestamptz END
            WHERE account_id = $1 AND used_at IS NULL AND cancelled_at IS NULL AND expires_at > $3 AND tries < $4
            RETURNING used_at IS NOT NULL
            """,
            account_id,
            code_digests,
            now,
            tries,
        )
    )


async def forget_expired(connection: Connection, *, now: datetime, before: datetime) -> None:
    """Delete devices that have run out, and codes that ran out before `before`."""
    await connection.execute("DELETE FROM devices WHERE expires_at < $1", now)
    await connection.execute("DELETE FROM device_checks WHERE expires_at < $1", before)

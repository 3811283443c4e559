"""SQL of passkeys: public keys that sign for an account, and the random handle that authenticators know it by."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as


@dataclass(frozen=True)
class SigningPasskey:
    """A passkey as the check of what it signed needs it."""

    id: UUID
    account_id: UUID
    handle: bytes
    public_key: bytes
    backup_eligible: bool


@dataclass(frozen=True)
class KeptPasskey:
    """A passkey as it is kept for its owner's eyes, its label still sealed."""

    id: UUID
    credential_id: bytes
    label_sealed: bytes
    created_at: datetime
    last_used_at: datetime | None
    last_refused_at: datetime | None
    backed_up: bool


@dataclass(frozen=True)
class NewPasskey:
    """A passkey that an authenticator has just made."""

    id: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    backup_eligible: bool
    backed_up: bool
    label_sealed: bytes


async def handle_of(connection: Connection, account_id: UUID, *, otherwise: bytes) -> bytes:
    """Return the account's handle; one that has none yet gets `otherwise`."""
    await connection.execute(
        "INSERT INTO passkey_handles (account_id, handle) VALUES ($1, $2) ON CONFLICT (account_id) DO NOTHING",
        account_id,
        otherwise,
    )
    handle: bytes = await connection.fetchval("SELECT handle FROM passkey_handles WHERE account_id = $1", account_id)
    return handle


async def find(connection: Connection, *, brand: str, credential_id: bytes) -> SigningPasskey | None:
    """Return the passkey that a brand's account has under the authenticator's `credential_id`."""
    row = await connection.fetchrow(
        """
        SELECT id, account_id, handle, public_key, backup_eligible FROM passkeys JOIN passkey_handles USING (account_id)
        WHERE brand = $1 AND credential_id = $2
        """,
        brand,
        credential_id,
    )
    return row_as(SigningPasskey, row)


async def of_account(connection: Connection, account_id: UUID) -> list[KeptPasskey]:
    """Return an account's passkeys, the first one first."""
    rows = await connection.fetch(
        """
        SELECT id, credential_id, label_sealed, created_at, last_used_at, last_refused_at, backed_up
        FROM passkeys WHERE account_id = $1 ORDER BY created_at, id
        """,
        account_id,
    )
    return [KeptPasskey(**dict(row)) for row in rows]


async def count(connection: Connection, account_id: UUID) -> int:
    """Return how many passkeys an account has."""
    found: int = await connection.fetchval("SELECT count(*) FROM passkeys WHERE account_id = $1", account_id)
    return found


async def add(connection: Connection, made: NewPasskey, *, account_id: UUID, brand: str, now: datetime) -> bool:
    """Keep a passkey; return False when its credential id is known, whoever has it (WebAuthn § 7.1, step 26)."""
    return bool(
        await connection.fetchval(
            """
            INSERT INTO passkeys (id, account_id, brand, credential_id, public_key, sign_count, backup_eligible, backed_up,
                                  label_sealed, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (credential_id) DO NOTHING RETURNING true
            """,
            made.id,
            account_id,
            brand,
            made.credential_id,
            made.public_key,
            made.sign_count,
            made.backup_eligible,
            made.backed_up,
            made.label_sealed,
            now,
        )
    )


async def use(connection: Connection, passkey_id: UUID, *, sign_count: int, backed_up: bool, now: datetime) -> bool:
    """Note that a passkey has signed; return False when it is gone, or its counter did not grow.

    An authenticator without a counter always says 0. Of two that are presented with one count, one is noted.
    """
    return bool(
        await connection.fetchval(
            """
            UPDATE passkeys SET sign_count = $2, backed_up = $3, last_used_at = $4
            WHERE id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0)) RETURNING true
            """,
            passkey_id,
            sign_count,
            backed_up,
            now,
        )
    )


async def mark_refused(connection: Connection, passkey_id: UUID, *, now: datetime) -> bool:
    """Note that a passkey was refused since its counter did not grow; return False when it is gone."""
    return bool(
        await connection.fetchval(
            "UPDATE passkeys SET last_refused_at = $2 WHERE id = $1 RETURNING true", passkey_id, now
        )
    )


async def remove(connection: Connection, passkey_id: UUID, *, account_id: UUID) -> bool:
    """Delete one of an account's passkeys; return False when it has none of that id."""
    return bool(
        await connection.fetchval(
            "DELETE FROM passkeys WHERE id = $1 AND account_id = $2 RETURNING true", passkey_id, account_id
        )
    )

"""SQL of accounts as they are found by the numbers on a member's card, and of the addresses that accounts have."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.store.accounts import COLUMNS
from identity_service.store.reset_tokens import MailsSent


@dataclass(frozen=True)
class Membership:
    """An account, and the digests of what its member can state."""

    account: Account
    nir_digest: bytes
    birth_digest: bytes


async def find(connection: Connection, *, brand: str, digests: list[bytes]) -> list[Membership]:
    """Return the members who have a membership number with one of `digests`.

    Beneficiaries have it too, and are as if they were not there: a household shares its numbers, which prove nothing (ADR 0021).
    """
    rows = await connection.fetch(
        f"""
        SELECT nir_digest, birth_digest, {COLUMNS} FROM accounts
        WHERE brand = $1 AND membership_digest = ANY($2) AND holder = 'member'
        """,  # noqa: S608 - ours
        brand,
        digests,
    )
    return [Membership(Account(*columns), nir, birth) for nir, birth, *columns in (row.values() for row in rows)]


async def hold_address(connection: Connection, digest: bytes) -> None:
    """Keep others from giving this address to another account until the transaction ends. Before any account is locked."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", int.from_bytes(digest[:8], signed=True))


async def others_with_address(connection: Connection, account: Account, *, digests: list[bytes]) -> list[Account]:
    """Return the other accounts of the brand whose address has one of `digests`."""
    rows = await connection.fetch(
        f"SELECT {COLUMNS} FROM accounts WHERE brand = $1 AND email_digest = ANY($2) AND id <> $3",  # noqa: S608 - ours
        account.brand,
        digests,
        account.id,
    )
    return [Account(**row) for row in rows]


async def give_address(connection: Connection, account_id: UUID, *, digest: bytes, sealed: bytes) -> None:
    """Write the address that a member has proved to read. The caller has locked the account."""
    await connection.execute(
        "UPDATE accounts SET email_digest = $2, email_sealed = $3 WHERE id = $1", account_id, digest, sealed
    )


async def count_activations(connection: Connection, account_id: UUID, *, now: datetime) -> MailsSent:
    """Return how many mails were sent lately to whoever wanted to create the access."""
    row = await connection.fetchrow(
        """
        SELECT count(*) FILTER (WHERE occurred_at > $2) AS last_hour, count(*) AS last_day
        FROM deeds WHERE account_id = $1 AND kind = 'activation_requested' AND occurred_at > $3
        """,
        account_id,
        now - timedelta(hours=1),
        now - timedelta(days=1),
    )
    return MailsSent(**dict(row))


async def was_noticed(connection: Connection, account_id: UUID, *, since: datetime) -> bool:
    """Tell whether the member was told since an instant, through what was known before, of somebody who creates the access."""
    return bool(
        await connection.fetchval(
            """
            SELECT EXISTS (
                SELECT FROM deeds
                WHERE account_id = $1 AND kind = 'activation_requested' AND occurred_at > $2 AND (details ->> 'notice')::boolean
            )
            """,
            account_id,
            since,
        )
    )

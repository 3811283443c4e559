"""SQL of members."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.database import Connection, row_as


@dataclass(frozen=True)
class KnownMember:
    """A member that is there already: which, which version, the digest of the line that it came from, and the address.

    Without a `file_email_digest` the address is the one that the file said last.
    """

    id: UUID
    contract_id: UUID
    version: int
    fingerprint: bytes
    email: str | None
    file_email_digest: bytes | None
    chosen: dict[str, str]


@dataclass(frozen=True)
class MemberRow:
    """A member, in the order of the statement's columns."""

    id: UUID
    brand: str
    membership_number: str
    version: int
    fingerprint: bytes
    nir_sealed: bytes
    nir_digest: bytes
    title: str | None
    last_name: str
    birth_name: str | None
    first_name: str | None
    birth_date: str
    email: str | None
    phone: str | None
    address: dict[str, Any]
    statement_identifier_sealed: bytes | None
    file_email_digest: bytes | None
    chosen: dict[str, str]  # domain/chosen_parts.py


@dataclass(frozen=True)
class RenewedDigests:
    """The digests of a member's line under the current data key; `file_email_digest` stays None where it is."""

    id: UUID
    fingerprint: bytes
    file_email_digest: bytes | None
    chosen: dict[str, str]


async def lock_brand(connection: Connection, brand: str) -> None:
    """Let one transaction at a time write the members of `brand`.

    Two files may both bring the same new number, and a member may choose an address while a file brings the former one.
    """
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('contracts.members:' || $1, 0))", brand)


async def lock_brand_briefly(connection: Connection, brand: str) -> None:
    """Take the same lock for a call: two seconds at most for it, and for every row after it; then LockNotAvailableError."""
    await connection.execute("SET LOCAL lock_timeout = '2s'")
    await lock_brand(connection, brand)


async def find_all(connection: Connection, *, brand: str, membership_numbers: list[str]) -> dict[str, KnownMember]:
    """Return membership number → member, for those that are known."""
    rows = await connection.fetch(
        """
        SELECT membership_number, members.id, contracts.id AS contract_id, version, fingerprint, email,
               file_email_digest, chosen
        FROM members JOIN contracts ON contracts.member_id = members.id
        WHERE brand = $1 AND membership_number = ANY($2)
        """,
        brand,
        membership_numbers,
    )
    return {row["membership_number"]: KnownMember(*list(row.values())[1:]) for row in rows}


async def save_all(connection: Connection, rows: list[MemberRow], *, now: datetime) -> None:
    """Write new members and new versions of known ones."""
    await connection.executemany(
        """
        INSERT INTO members (
            id, brand, membership_number, version, fingerprint, nir_sealed, nir_digest, title, last_name, birth_name,
            first_name, birth_date, email, phone, address, statement_identifier_sealed, file_email_digest, chosen,
            created_at, changed_at
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $19)
        ON CONFLICT (id) DO UPDATE SET
            version = $4, fingerprint = $5, nir_sealed = $6, nir_digest = $7, title = $8, last_name = $9,
            birth_name = $10, first_name = $11, birth_date = $12, email = $13, phone = $14, address = $15,
            statement_identifier_sealed = $16, file_email_digest = $17, chosen = $18, changed_at = $19
        """,
        [(*vars(row).values(), now) for row in rows],
    )


async def renew_digests(connection: Connection, renewals: list[RenewedDigests]) -> None:
    """Write digests under another key: nothing about the members has changed."""
    await connection.executemany(
        "UPDATE members SET fingerprint = $2, file_email_digest = $3, chosen = $4 WHERE id = $1",
        [tuple(vars(one).values()) for one in renewals],
    )


async def find(connection: Connection, *, brand: str, member_id: UUID, lock: bool = False) -> MemberRow | None:
    """Return a member of `brand`; with `lock`, nobody else changes the row before the transaction ends."""
    row = await connection.fetchrow(
        f"""
        SELECT id, brand, membership_number, version, fingerprint, nir_sealed, nir_digest, title, last_name, birth_name,
               first_name, birth_date, email, phone, address, statement_identifier_sealed, file_email_digest,
               chosen
        FROM members WHERE brand = $1 AND id = $2 {"FOR NO KEY UPDATE" if lock else ""}
        """,  # noqa: S608 - ours
        brand,
        member_id,
    )
    return row_as(MemberRow, row)


async def follow_account(connection: Connection, member_id: UUID, *, account_version: int) -> bool:
    """Note that an account's event was heard; return False when one as new or newer was heard before (events may overtake)."""
    return bool(
        await connection.fetchval(
            "UPDATE members SET account_version = $2 WHERE id = $1 AND account_version < $2 RETURNING true",
            member_id,
            account_version,
        )
    )


async def save_email(connection: Connection, row: MemberRow, *, now: datetime) -> None:
    """Write the address and the version of a known member; the line that the file said last stays what it was."""
    await connection.execute(
        "UPDATE members SET version = $2, email = $3, file_email_digest = $4, changed_at = $5 WHERE id = $1",
        row.id,
        row.version,
        row.email,
        row.file_email_digest,
        now,
    )

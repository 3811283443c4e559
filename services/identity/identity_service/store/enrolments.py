"""SQL of accounts as contracts' events tell them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection, row_as


@dataclass(frozen=True)
class Enrolment:
    """A member as identity keeps one: digests, an encrypted address, and from when to when."""

    account_id: UUID
    brand: str
    member_id: UUID
    member_version: int
    nir_digest: bytes
    membership_digest: bytes
    birth_digest: bytes
    email_digest: bytes | None
    email_sealed: bytes | None
    statement_digest: bytes | None
    personal_digests: list[bytes]
    effective_from: date
    ended_on: date | None
    welcomed_at: datetime | None  # of a new account only: set where nobody is to be welcomed


@dataclass(frozen=True)
class KnownMember:
    """What is kept of a member already."""

    account_id: UUID
    email_digest: bytes | None


async def find(connection: Connection, *, brand: str, member_id: UUID) -> KnownMember | None:
    """Return what is kept of a member."""
    row = await connection.fetchrow(
        "SELECT id AS account_id, email_digest FROM accounts WHERE brand = $1 AND member_id = $2", brand, member_id
    )
    return row_as(KnownMember, row)


async def save(connection: Connection, enrolment: Enrolment, *, now: datetime) -> bool:
    """Create or update a member's account; return False when what is kept is as new or newer (events may overtake)."""
    return bool(
        await connection.fetchval(
            """
            INSERT INTO accounts (
                id, brand, member_id, member_version, nir_digest, membership_digest, birth_digest, email_digest,
                email_sealed, statement_digest, personal_digests, effective_from, ended_on, created_at,
                welcomed_at
            ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            ON CONFLICT (brand, member_id) DO UPDATE SET
                member_version = $4, nir_digest = $5, membership_digest = $6, birth_digest = $7, email_digest = $8,
                email_sealed = $9, statement_digest = $10, personal_digests = $11, effective_from = $12, ended_on = $13
            WHERE accounts.member_version < $4
            RETURNING true
            """,
            enrolment.account_id,
            enrolment.brand,
            enrolment.member_id,
            enrolment.member_version,
            enrolment.nir_digest,
            enrolment.membership_digest,
            enrolment.birth_digest,
            enrolment.email_digest,
            enrolment.email_sealed,
            enrolment.statement_digest,
            enrolment.personal_digests,
            enrolment.effective_from,
            enrolment.ended_on,
            now,
            enrolment.welcomed_at,
        )
    )

"""SQL of accounts as contracts' events tell them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection, row_as

from identity_service.domain.accounts import Holder

# The address follows contracts only where contracts tells another one than the last time: one that the member chose stays
# until then. $8 is what contracts tells, under today's key, $16 the same under each key that there is.
SAVE = """
    INSERT INTO accounts (
        id, brand, member_id, member_version, nir_digest, membership_digest, birth_digest, email_digest,
        told_email_digest, email_sealed, statement_digest, personal_digests, effective_from, ended_on, created_at,
        welcomed_at, holder, closed_at
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11, $12, $13, $14, $15, $17,
        CASE WHEN $18::boolean THEN $14::timestamptz END
    )
    ON CONFLICT (brand, member_id) DO UPDATE SET
        member_version = $4, nir_digest = $5, membership_digest = $6, birth_digest = $7, told_email_digest = $8,
        (email_digest, email_sealed) = (
            SELECT
                CASE WHEN keeps THEN accounts.email_digest ELSE $8 END,
                CASE WHEN keeps THEN accounts.email_sealed ELSE $9 END
            FROM (
                SELECT CASE
                    WHEN accounts.email_digest = ANY($16::bytea[]) THEN false -- the same: written under today's key
                    WHEN accounts.told_email_digest IS NULL THEN $8::bytea IS NULL
                    ELSE accounts.told_email_digest = ANY($16::bytea[])
                END AS keeps
            ) AS choice
        ),
        statement_digest = $10, personal_digests = $11, effective_from = $12, ended_on = $13,
        closed_at = CASE WHEN $18 THEN coalesce(accounts.closed_at, $14::timestamptz) END
    WHERE accounts.member_version < $4
    RETURNING id AS account_id, email_digest, closed_at IS NOT NULL AS closed
"""


@dataclass(frozen=True)
class Enrolment:
    """A member, or somebody known apart from one, as identity keeps them: digests, an encrypted address, and from when to when.

    `email_digests` are of the address that contracts tells, under each key, today's first; empty without an address.
    """

    account_id: UUID
    brand: str
    member_id: UUID
    member_version: int
    nir_digest: bytes
    membership_digest: bytes
    birth_digest: bytes
    email_digests: list[bytes]
    email_sealed: bytes | None
    statement_digest: bytes | None
    personal_digests: list[bytes]
    effective_from: date
    ended_on: date | None
    welcomed_at: datetime | None  # of a new account only: set where nobody is to be welcomed
    holder: Holder
    closed: bool

    @property
    def email_digest(self) -> bytes | None:
        """Return the digest of the address under today's key."""
        return self.email_digests[0] if self.email_digests else None


@dataclass(frozen=True)
class KnownMember:
    """What is kept of a member already."""

    account_id: UUID
    email_digest: bytes | None
    closed: bool


async def hold(connection: Connection, *, brand: str, member_id: UUID) -> KnownMember | None:
    """Return what is kept of a member, and keep others from deciding about the account until the transaction ends."""
    row = await connection.fetchrow(
        """
        SELECT id AS account_id, email_digest, closed_at IS NOT NULL AS closed
        FROM accounts WHERE brand = $1 AND member_id = $2 FOR NO KEY UPDATE
        """,
        brand,
        member_id,
    )
    return row_as(KnownMember, row)


async def save(connection: Connection, enrolment: Enrolment, *, now: datetime) -> KnownMember | None:
    """Create or update a member's account and return it; None when what is kept is as new or newer (events may overtake)."""
    row = await connection.fetchrow(
        SAVE,
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
        enrolment.email_digests,
        enrolment.holder,
        enrolment.closed,
    )
    return row_as(KnownMember, row)

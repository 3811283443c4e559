"""SQL of what is told of autonomous people: whom to look at, how they stand, and what was told last.

`beneficiaries.look_on` is the day on which somebody is to be looked at; store/beneficiaries.py sets it with every version of a
member, the day of 16 for children. Whom nobody needs to look at has none, so that the partial index holds only what comes.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from service_kit.database import Connection

from contracts_service.domain.delivery_preference import Delivery


@dataclass(frozen=True)
class LookedAt:
    """A beneficiary with what is told of one. `member_nir_digest` and `others` serve to tell an own number from a shared one."""

    id: UUID
    member_id: UUID
    brand: str
    membership_number: str
    member_heard_at: datetime
    member_last_name: str
    member_birth_name: str | None
    address: dict[str, Any]
    effective_date: date
    end_date: date | None
    first_name: str | None
    last_name: str
    birth_date: str
    nir_sealed: bytes | None
    email: str | None
    delivery_preference: Delivery
    heard_at: datetime
    removed_at: datetime | None
    autonomous_from: date
    refused: bool
    told_version: int
    told_digest: bytes | None
    member_nir_digest: bytes
    others: list[tuple[str, bytes]]  # birth date and digest of the number, of the others on the contract

    @property
    def members_names(self) -> tuple[str | None, ...]:
        """Return the last names of the member."""
        return self.member_last_name, self.member_birth_name


@dataclass(frozen=True)
class Looked:
    """What came of it: when to look again, and what was told last (as before, where there was nothing to tell)."""

    id: UUID
    look_on: date | None
    told_version: int
    told_digest: bytes | None


async def take_due(connection: Connection, *, today: date, limit: int) -> list[UUID]:
    """Lock up to `limit` people who are to be looked at by `today`; whom somebody else holds waits."""
    rows = await connection.fetch(
        """
        SELECT id FROM beneficiaries WHERE look_on <= $1
        ORDER BY look_on LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
        """,
        today,
        limit,
    )
    return [row["id"] for row in rows]


async def find_all(connection: Connection, beneficiary_ids: list[UUID]) -> list[LookedAt]:
    """Return how people stand whom the caller has locked.

    A statement of its own, after the locks: whoever changes a member writes the beneficiaries last, so that what is read here is
    either the newest or will be looked at again.
    """
    rows = await connection.fetch(
        """
        SELECT person.id, member_id, brand, membership_number, members.created_at AS member_heard_at,
               members.last_name AS member_last_name, members.birth_name AS member_birth_name, address,
               effective_date, end_date, person.first_name, person.last_name, person.birth_date, person.nir_sealed,
               person.email, person.delivery_preference, person.created_at AS heard_at, removed_at, autonomous_from,
               autonomy_refused_on IS NOT NULL AS refused, told_version, told_digest,
               members.nir_digest AS member_nir_digest,
               ARRAY(
                   SELECT (other.birth_date, other.nir_digest) FROM beneficiaries AS other
                   WHERE other.contract_id = person.contract_id AND other.id <> person.id AND other.nir_digest IS NOT NULL
                       AND other.removed_at IS NULL
               ) AS others
        FROM beneficiaries AS person JOIN contracts ON contracts.id = contract_id JOIN members ON members.id = member_id
        WHERE person.id = ANY($1) ORDER BY person.id
        """,
        beneficiary_ids,
    )
    return [LookedAt(**{**dict(row), "others": [tuple(other) for other in row["others"]]}) for row in rows]


async def note(connection: Connection, looked: list[Looked]) -> None:
    """Write what came of looking at people."""
    await connection.execute(
        """
        UPDATE beneficiaries SET look_on = done.look_on, told_version = done.told_version, told_digest = done.told_digest
        FROM unnest($1::uuid[], $2::date[], $3::bigint[], $4::bytea[]) AS done (id, look_on, told_version, told_digest)
        WHERE beneficiaries.id = done.id
        """,
        [one.id for one in looked],
        [one.look_on for one in looked],
        [one.told_version for one in looked],
        [one.told_digest for one in looked],
    )

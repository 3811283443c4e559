"""SQL of the purge: whose time has passed, and all that leaves with them. Also what keeps a late file from bringing them back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from service_kit.database import Connection

Whose = Literal["member", "contract", "people"]

# In this order: what points to something leaves before it. Table → whose rows leave ($1 is the id, or all ids of the people).
REMOVALS: dict[str, tuple[Whose, str]] = {
    "supporting_documents": ("member", "request_id IN (SELECT id FROM beneficiary_requests WHERE member_id = $1)"),
    "beneficiary_requests": ("member", "member_id = $1"),
    "bank_details": ("member", "member_id = $1"),
    "former_addresses": ("member", "member_id = $1"),
    "renewal_notices": ("member", "member_id = $1"),
    "termination_drafts": ("member", "member_id = $1"),
    "terminations": ("member", "member_id = $1"),
    "data_requests": ("member", "member_id = $1"),
    "removal_notices": ("member", "member_id = $1"),
    "statement_parts": ("people", "person_id = ANY($1)"),
    "statements": ("contract", "contract_id = $1"),
    "reimbursement_revisions": (
        "people",
        "reimbursement_id IN (SELECT id FROM reimbursements WHERE person_id = ANY($1))",
    ),
    "reimbursements": ("people", "person_id = ANY($1)"),
    "reimbursement_years": ("people", "person_id = ANY($1)"),
    "contribution_changes": (
        "contract",
        "contribution_id IN (SELECT id FROM contributions WHERE contract_id = $1)",
    ),
    "contributions": ("contract", "contract_id = $1"),
    "contribution_years": ("contract", "contract_id = $1"),
    "beneficiaries": ("contract", "contract_id = $1"),
    "autonomy_changes": ("people", "beneficiary_id = ANY($1)"),
    "contracts": ("contract", "id = $1"),
    "members": ("member", "id = $1"),
}


@dataclass(frozen=True)
class LeavingMember:
    """A former member who may leave, locked until the transaction ends."""

    member_id: UUID
    contract_id: UUID
    membership_number: str
    version: int
    end_date: date
    known_since: datetime
    announced_at: datetime | None


@dataclass(frozen=True)
class JournalEntry:
    """What was erased: how many rows of which table, under which rule."""

    id: UUID
    at: datetime
    brand: str
    rule: str
    member_id: UUID
    removed: dict[str, int]


@dataclass(frozen=True)
class LeavingPerson:
    """Somebody on the contract; `version`: of what was told of the person apart from the member, 0 when nothing was."""

    id: UUID
    version: int


async def take(connection: Connection, *, brand: str, latest_end: date, limit: int) -> list[LeavingMember]:
    """Lock up to `limit` members of `brand` whose contract ended by `latest_end`, of which this was looked at.

    Whose contract a termination has ended that was received in the last five years stays: its evidence does. What anybody may
    send about a contract that is over, with a name and a number, keeps nobody.
    """
    rows = await connection.fetch(
        """
        SELECT members.id AS member_id, contracts.id AS contract_id, membership_number, members.version, contracts.end_date,
            created_at AS known_since, announced_at
        FROM contracts JOIN members ON members.id = contracts.member_id
            JOIN removal_notices AS notice
                ON notice.member_id = members.id AND notice.end_date = contracts.end_date
        WHERE contracts.end_date <= $2 AND members.brand = $1 AND NOT EXISTS (
            SELECT FROM terminations
            WHERE terminations.member_id = members.id AND ends_contract AND received_at > now() - interval '5 years'
        )
        ORDER BY contracts.end_date LIMIT $3 FOR UPDATE OF contracts SKIP LOCKED
        """,
        brand,
        latest_end,
        limit,
    )
    return [LeavingMember(**dict(row)) for row in rows]


async def remove_unidentified(connection: Connection, *, brand: str) -> int:
    """Delete requests of five years ago and more that nobody was ever recognised in, and return how many those were."""
    status: str = await connection.execute(
        """
        DELETE FROM terminations
        WHERE brand = $1 AND member_id IS NULL AND state IN ('to_identify', 'cancelled')
            AND received_at <= now() - interval '5 years'
        """,
        brand,
    )
    return int(status.split()[-1])


async def people_of(connection: Connection, contract_id: UUID) -> list[LeavingPerson]:
    """Return everybody whom a contract covers or has covered beside the member."""
    rows = await connection.fetch(
        "SELECT id, told_version AS version FROM beneficiaries WHERE contract_id = $1 ORDER BY id", contract_id
    )
    return [LeavingPerson(**dict(row)) for row in rows]


async def remove(connection: Connection, member: LeavingMember, people: list[LeavingPerson]) -> dict[str, int]:
    """Delete all that is kept of a member and of the people on the contract; return table → rows, where there were some."""
    ids: dict[Whose, Any] = {
        "member": member.member_id,
        "contract": member.contract_id,
        "people": [member.member_id, *(one.id for one in people)],
    }
    removed = {}
    for table, (whose, which) in REMOVALS.items():
        status: str = await connection.execute(f"DELETE FROM {table} WHERE {which}", ids[whose])  # noqa: S608 - ours
        if rows := int(status.split()[-1]):
            removed[table] = rows
    return removed


async def note(connection: Connection, entry: JournalEntry) -> None:
    """Write what was erased into the journal, which is kept for good."""
    await connection.execute(
        "INSERT INTO purge_journal (id, at, brand, rule, member_id, removed) VALUES ($1, $2, $3, $4, $5, $6)",
        entry.id,
        entry.at,
        entry.brand,
        entry.rule,
        entry.member_id,
        entry.removed,
    )


async def remember_number(
    connection: Connection, *, brand: str, number_digest: bytes, end_date: date, now: datetime
) -> None:
    """Remember that whoever had the membership number has left, so that a late file does not bring the data back."""
    await connection.execute(
        """
        INSERT INTO purged_members (brand, number_digest, end_date, purged_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (brand, number_digest) DO UPDATE SET end_date = $3, purged_at = $4
        """,
        brand,
        number_digest,
        end_date,
        now,
    )


async def have_left(connection: Connection, *, brand: str, number_digests: list[bytes]) -> dict[bytes, date]:
    """Return digest → the last day of the contract that has left, for those who have."""
    rows = await connection.fetch(
        "SELECT number_digest, end_date FROM purged_members WHERE brand = $1 AND number_digest = ANY($2)",
        brand,
        number_digests,
    )
    return {row["number_digest"]: row["end_date"] for row in rows}


async def renew_numbers(connection: Connection, *, brand: str, renewed: dict[bytes, bytes]) -> None:
    """Write digests under another key: former → present."""
    await connection.execute(
        """
        UPDATE purged_members SET number_digest = told.present
        FROM unnest($2::bytea[], $3::bytea[]) AS told (former, present)
        WHERE brand = $1 AND number_digest = told.former
            AND NOT EXISTS (SELECT FROM purged_members AS known WHERE known.brand = $1 AND known.number_digest = told.present)
        """,
        brand,
        list(renewed),
        list(renewed.values()),
    )

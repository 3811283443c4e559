"""SQL of contracts."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from service_kit.database import Connection, row_as

from contracts_service.domain.enrolment_line import ContractKind


@dataclass(frozen=True)
class ContractRow:
    """A contract, in the order of the statement's columns."""

    id: UUID
    member_id: UUID
    product: str
    kind: ContractKind
    effective_date: date
    renewal_date: date | None
    end_date: date | None
    responsible: bool
    guarantees: list[dict[str, str]]
    file_end_date: date | None  # what the file says, where a termination may have given another end


@dataclass(frozen=True)
class MemberContract:
    """What a member may see of the own contract; the statement identifier is still sealed."""

    membership_number: str
    statement_identifier_sealed: bytes | None
    product: str
    kind: str
    effective_date: date
    renewal_date: date | None
    end_date: date | None
    responsible: bool
    guarantees: list[dict[str, Any]]


async def save_all(connection: Connection, rows: list[ContractRow]) -> None:
    """Write new contracts and what known ones have become."""
    await connection.executemany(
        """
        INSERT INTO contracts (
            id, member_id, product, kind, effective_date, renewal_date, end_date, responsible, guarantees,
            file_end_date
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (id) DO UPDATE SET
            product = $3, kind = $4, effective_date = $5, renewal_date = $6, end_date = $7, responsible = $8,
            guarantees = $9, file_end_date = $10
        """,
        [tuple(vars(row).values()) for row in rows],
    )


async def find(connection: Connection, member_id: UUID) -> ContractRow:
    """Return the contract of a member: everybody has one."""
    row = await connection.fetchrow(
        """
        SELECT id, member_id, product, kind, effective_date, renewal_date, end_date, responsible, guarantees,
               file_end_date
        FROM contracts WHERE member_id = $1
        """,
        member_id,
    )
    return ContractRow(**dict(row))


async def find_of_member(connection: Connection, *, brand: str, member_id: UUID) -> MemberContract | None:
    """Return the contract of a member of `brand`."""
    row = await connection.fetchrow(
        """
        SELECT membership_number, statement_identifier_sealed, product, kind, effective_date, renewal_date, end_date,
               responsible, guarantees
        FROM members JOIN contracts ON contracts.member_id = members.id
        WHERE members.id = $1 AND brand = $2
        """,
        member_id,
        brand,
    )
    return row_as(MemberContract, row)

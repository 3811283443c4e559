"""SQL of whom lines of money may be about: the members of a chunk and everybody whom their contracts cover or have covered."""

from uuid import UUID

from asyncpg import Record
from service_kit.database import Connection

from contracts_service.domain.insured_people import MEMBERS_RANK, InsuredContract, InsuredPerson


async def contracts_of(connection: Connection, *, brand: str, membership_numbers: list[str]) -> dict[str, UUID]:
    """Return membership number → contract, for those that are known."""
    rows = await connection.fetch(
        """
        SELECT membership_number, contracts.id FROM members JOIN contracts ON contracts.member_id = members.id
        WHERE brand = $1 AND membership_number = ANY($2)
        """,
        brand,
        membership_numbers,
    )
    return {row["membership_number"]: row["id"] for row in rows}


async def people_of(connection: Connection, *, brand: str, membership_numbers: list[str]) -> dict[str, InsuredContract]:
    """Return membership number → the contract with its people, for those that are known."""
    members = await connection.fetch(
        """
        SELECT membership_number, contracts.id, members.id, birth_date
        FROM members JOIN contracts ON contracts.member_id = members.id
        WHERE brand = $1 AND membership_number = ANY($2)
        """,
        brand,
        membership_numbers,
    )
    found: dict[str, InsuredContract] = {}
    contracts: dict[UUID, InsuredContract] = {}
    for number, contract_id, member_id, birth_date in members:
        member = InsuredPerson(member_id, birth_date, MEMBERS_RANK, is_covered=True)
        found[number] = contracts[contract_id] = InsuredContract(contract_id, [member])
    for contract_id, *person in await _beneficiaries(connection, list(contracts)):
        contracts[contract_id].people.append(InsuredPerson(*person))
    return found


async def _beneficiaries(connection: Connection, contract_ids: list[UUID]) -> list[Record]:
    rows: list[Record] = await connection.fetch(
        """
        SELECT contract_id, id, birth_date, birth_rank, removed_at IS NULL FROM beneficiaries
        WHERE contract_id = ANY($1)
        """,
        contract_ids,
    )
    return rows


async def members_of(connection: Connection, contract_ids: list[UUID]) -> dict[UUID, UUID]:
    """Return contract → member."""
    rows = await connection.fetch("SELECT id, member_id FROM contracts WHERE id = ANY($1)", contract_ids)
    return {row["id"]: row["member_id"] for row in rows}

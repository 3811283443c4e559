"""A member looks at the own contract. Reads members and contracts."""

from uuid import UUID

from service_kit.http.problems import NotFound

from contracts_service.resources import Contracts
from contracts_service.store import contracts
from contracts_service.store.contracts import MemberContract


async def read_contract(service: Contracts, *, brand: str, member_id: UUID) -> tuple[MemberContract, str | None]:
    """Return the member's contract and statement identifier; raise NotFound when `brand` has no such member."""
    async with service.database.connection() as connection:
        found = await contracts.find_of_member(connection, brand=brand, member_id=member_id)
    if found is None:
        raise NotFound
    sealed = found.statement_identifier_sealed
    opened = None if sealed is None else service.seals.statement_identifier.open(sealed, context=str(member_id))
    return found, None if opened is None else opened.decode()

"""A signed-in person looks at the contract: the own one, or the one that covers an autonomous beneficiary.

Reads members, contracts and beneficiaries.
"""

from dataclasses import replace
from datetime import datetime

from service_kit.access_tokens import MemberPrincipal
from service_kit.database import Connection

from contracts_service.domain.covered_person import last_day
from contracts_service.domain.viewer import Viewer
from contracts_service.resources import Contracts
from contracts_service.store import contracts, people
from contracts_service.store.contracts import MemberContract
from contracts_service.usecases.recognise_viewer import recognise_viewer


async def read_contract(
    service: Contracts, caller: MemberPrincipal, *, now: datetime
) -> tuple[MemberContract, str | None]:
    """Return the contract and, to the member only, the statement identifier; raise NotFound.

    A beneficiary sees the cover, which ends with the own last day: nothing of the member's person.
    """
    async with service.database.connection() as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        found = await contracts.find_of_member(connection, brand=viewer.brand, member_id=viewer.member_id)
        assert found is not None  # the viewer's
        if viewer.role == "beneficiary":
            return await _cover(connection, viewer, found), None
    sealed = found.statement_identifier_sealed
    opened = None if sealed is None else service.seals.statement_identifier.open(sealed, context=str(viewer.member_id))
    return found, None if opened is None else opened.decode()


async def _cover(connection: Connection, viewer: Viewer, found: MemberContract) -> MemberContract:
    known = await people.of_contract(connection, viewer.contract_id)
    (own,) = [one for one in known if one.id == viewer.person_id]
    return replace(found, end_date=last_day(end_date=found.end_date, removed_at=own.removed_at))

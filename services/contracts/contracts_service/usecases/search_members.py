"""An adviser or the back office looks for a member by number, and for the people on the contract. Writes staff_deeds.

Without a social-security number; with the ids that other calls of the staff take. A beneficiary whose data are restricted is
left out (GDPR art. 18). Each look is a deed, also the one in vain.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.clock import civil_date
from service_kit.personal import Personal
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.data_rights import DataRestricted
from contracts_service.resources import Contracts
from contracts_service.store import contracts, members
from contracts_service.store.contracts import ContractRow
from contracts_service.usecases.data_rights import data_rights_of
from contracts_service.usecases.list_people import ListedPerson, people_of
from contracts_service.usecases.record_deed import record_deed


@dataclass(frozen=True)
class FoundMember:
    """A member's contract and everybody on it, the member first."""

    contract: ContractRow
    people: list[ListedPerson]


async def search_members(
    service: Contracts, act: StaffAct, *, membership_number: Personal, now: datetime
) -> list[FoundMember]:
    """Return the member of the act's brand who has the number, however it is spaced; nobody, or one. Raises DataRestricted."""
    number = "".join(membership_number.reveal().split())
    async with service.database.transaction() as connection:
        known = (await members.find_all(connection, brand=act.brand, membership_numbers=[number])).get(number)
        deed = act.deed("member_searched", object_id=known.id if known else None, member_id=known.id if known else None)
        await record_deed(service, connection, deed, now=now)
        if known is None:
            return []

        async def restricted(person_id: UUID) -> bool:
            rights = await data_rights_of(service, connection, person_id, member_id=known.id, brand=act.brand)
            return rights.restricted_on(civil_date(now))

        closed = await restricted(known.id)
        contract = await contracts.find(connection, known.id)
        listed = await people_of(connection, contract, today=civil_date(now))
        listed = [one for one in listed if one.person.is_member or not await restricted(one.person.id)]
        found = FoundMember(contract, listed)
    if closed:
        raise DataRestricted(known.id)  # once the deed is kept
    return [found]

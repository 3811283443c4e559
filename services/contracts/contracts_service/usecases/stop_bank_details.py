"""A pending change of bank details is stopped: by whoever is signed in as the person, or by an adviser who was called.

Writes bank_details and, of an adviser, staff_deeds. Stopping asks for no recent sign-in: whoever reads the notice is in a hurry.
"""

from datetime import datetime
from uuid import UUID

from service_kit.access_tokens import MemberPrincipal
from service_kit.http.problems import NotFound
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.bank_details_errors import NoPendingChange
from contracts_service.resources import Contracts
from contracts_service.store import bank_details, people
from contracts_service.usecases.data_rights import refuse_if_restricted
from contracts_service.usecases.read_bank_details import ShownDetails, show
from contracts_service.usecases.recognise_viewer import recognise_viewer
from contracts_service.usecases.record_deed import record_deed

STOPPED = "bank_details_change_stopped"


async def stop_own_change(service: Contracts, caller: MemberPrincipal, *, now: datetime) -> ShownDetails:
    """Stop the caller's pending change and return how it stands; raise NotFound or NoPendingChange."""
    async with service.database.transaction() as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        await bank_details.lock_person(connection, viewer.person_id)
        if await bank_details.cancel_pending(connection, viewer.person_id, by="person", now=now) is None:
            raise NoPendingChange
        return show(service, await bank_details.find(connection, viewer.person_id))


async def stop_change_of(service: Contracts, person_id: UUID, act: StaffAct, *, now: datetime) -> None:
    """Stop a person's pending change, and record who did; raise NotFound, DataRestricted or NoPendingChange."""
    async with service.database.transaction() as connection:
        whose = await people.member_of(connection, person_id, brand=act.brand)
        if whose is None:
            raise NotFound
        await refuse_if_restricted(service, connection, person_id, member_id=whose, brand=act.brand, now=now)
        await bank_details.lock_person(connection, person_id)
        change_id = await bank_details.cancel_pending(connection, person_id, by="staff", now=now)
        if change_id is None:
            raise NoPendingChange
        await record_deed(service, connection, act.deed(STOPPED, object_id=change_id, member_id=person_id), now=now)

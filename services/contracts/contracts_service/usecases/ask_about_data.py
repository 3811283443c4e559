"""Somebody asks that their data be erased, or that nobody works with them. Writes data_requests, and staff_deeds for the staff.

Erasure waits for the day on which the law lets the data go (`purge_members`); until then they are restricted.
"""

from datetime import datetime
from uuid import UUID

from service_kit.access_tokens import MemberPrincipal
from service_kit.http.problems import NotFound
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.data_rights import DataRights
from contracts_service.resources import Contracts
from contracts_service.store import data_requests, people
from contracts_service.store.data_requests import Kind, NewRequest
from contracts_service.usecases.data_rights import data_rights_of
from contracts_service.usecases.recognise_viewer import recognise_viewer
from contracts_service.usecases.record_deed import record_deed


async def read_data_rights(service: Contracts, caller: MemberPrincipal, *, now: datetime) -> DataRights:
    """Return where the caller's own data stand."""
    async with service.database.connection() as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        return await data_rights_of(
            service, connection, viewer.person_id, member_id=viewer.member_id, brand=viewer.brand
        )


async def ask_about_own_data(
    service: Contracts, caller: MemberPrincipal, kind: Kind, *, wanted: bool, now: datetime
) -> DataRights:
    """Note what the caller asks, or takes back, and return where the data stand; asked twice it is asked once."""
    async with service.database.transaction() as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        if wanted:
            new = NewRequest(
                service.entropy.new_id(), viewer.brand, viewer.member_id, viewer.person_id, kind, now, None
            )
            await data_requests.add(connection, new)
        else:
            await data_requests.end(connection, viewer.person_id, kind, now=now)
        return await data_rights_of(
            service, connection, viewer.person_id, member_id=viewer.member_id, brand=viewer.brand
        )


async def restrict_for(
    service: Contracts, act: StaffAct, person_id: UUID, *, restricted: bool, now: datetime
) -> DataRights:
    """Note a restriction that somebody has asked for by letter or by telephone, or that it was taken back; raise NotFound."""
    async with service.database.transaction() as connection:
        member_id = await people.member_of(connection, person_id, brand=act.brand)
        if member_id is None:
            raise NotFound
        new = NewRequest(service.entropy.new_id(), act.brand, member_id, person_id, "restriction", now, act.staff)
        ended = not restricted and await data_requests.end(connection, person_id, "restriction", now=now)
        if ended or (restricted and await data_requests.add(connection, new)):
            deed = act.deed(
                "data_restricted" if restricted else "restriction_lifted", object_id=person_id, member_id=member_id
            )
            await record_deed(service, connection, deed, now=now)
        return await data_rights_of(service, connection, person_id, member_id=member_id, brand=act.brand)

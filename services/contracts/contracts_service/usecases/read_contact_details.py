"""A person looks at the own contact details. Reads members and beneficiaries."""

from datetime import datetime

from service_kit.access_tokens import MemberPrincipal

from contracts_service.resources import Contracts
from contracts_service.usecases.present_contact import PresentContact, present_contact
from contracts_service.usecases.recognise_viewer import recognise_viewer


async def read_contact_details(service: Contracts, caller: MemberPrincipal, *, now: datetime) -> PresentContact:
    """Return how the caller is reached; raise NotFound."""
    async with service.database.connection() as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        return await present_contact(service, connection, viewer)

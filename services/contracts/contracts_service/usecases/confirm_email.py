"""A signed-in member says that the e-mail address is still the right one. Reads and writes members.

The law wants that question every year (code de la mutualité, L221-6-5).
"""

from datetime import datetime

from service_kit.access_tokens import MemberPrincipal
from service_kit.http.problems import NotFound

from contracts_service.domain.contact_errors import NoEmailToConfirm
from contracts_service.resources import Contracts
from contracts_service.store import members
from contracts_service.usecases.present_contact import PresentContact, present_contact
from contracts_service.usecases.prove_email import prove_email
from contracts_service.usecases.recognise_viewer import recognise_viewer
from contracts_service.usecases.take_turns import turn_of


async def confirm_email(service: Contracts, caller: MemberPrincipal, *, now: datetime) -> PresentContact:
    """Keep the address for another year; raise NoEmailToConfirm where there is none, NotFound for a beneficiary."""
    async with turn_of(service, caller) as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        if viewer.role != "member":
            raise NotFound
        await members.lock_brand_briefly(connection, viewer.brand)
        present = await present_contact(service, connection, viewer)
        if present.facts.email is None:
            raise NoEmailToConfirm
        await prove_email(service, connection, brand=viewer.brand, member_id=viewer.member_id, now=now)
        present = await present_contact(service, connection, viewer)
    service.foundation.wake.call()
    return present

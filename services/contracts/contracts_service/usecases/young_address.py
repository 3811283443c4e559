"""Whether a member is reached where nobody was reached a while ago: then a confirmation asks for a recent sign-in.

Reads members. Whoever has got hold of a session gives an address of their own first, and the notice of what follows goes there.
"""

from datetime import datetime

from service_kit.access_tokens import MemberPrincipal

from contracts_service.domain.trusted_contact import is_trusted
from contracts_service.resources import Contracts
from contracts_service.store import contact_details
from contracts_service.usecases.draft_termination import own_contract


async def has_young_address(service: Contracts, caller: MemberPrincipal, *, now: datetime) -> bool:
    """Tell whether the member's e-mail or postal address is younger than the brand believes at once; raise NotFound."""
    days = service.brands[caller.brand].contact.trusted_after_days
    async with service.database.connection() as connection:
        rows = await own_contract(connection, caller, now=now)
        facts = await contact_details.of_member(connection, rows.member.id)
    return not all(is_trusted(since, now=now, days=days) for since in (facts.email_since, facts.address_since))

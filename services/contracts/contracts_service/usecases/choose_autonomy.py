"""A person refuses to be identified apart from the member, or takes that back: signed in, for nobody but the own person.

Reads beneficiaries; writes beneficiaries and autonomy_changes. The own act is its own proof: the session that it came from. A
refusal closes the account that it came from as soon as identity has heard of it; until the access token has run out, it can be
taken back in the same way, later through the back office.
"""

from datetime import datetime

from service_kit.access_tokens import MemberPrincipal
from service_kit.clock import civil_date
from service_kit.http.problems import NotFound
from service_kit.personal import Personal

from contracts_service.resources import Contracts
from contracts_service.store import autonomy
from contracts_service.usecases.record_autonomy import Said, record_autonomy


async def choose_autonomy(service: Contracts, caller: MemberPrincipal, *, refused: bool, now: datetime) -> None:
    """Record what the caller chooses, unless it is so already; raise NotFound for a member, and for who is not 16 yet."""
    today = civil_date(now)
    async with service.database.transaction() as connection:
        person = await autonomy.hold(connection, brand=caller.brand, beneficiary_id=caller.member_id)
        if person is None or person.autonomous_from > today:
            raise NotFound
        if (person.refused_on is not None) == refused:
            return
        proof = Personal(f"own act: account {caller.account_id}, session {caller.session_id}")
        await record_autonomy(
            service, connection, person.id, Said(today if refused else None, "person", proof), now=now
        )
    service.foundation.wake.call()

"""An adviser looks for a member's account by the membership number.

Reads what tells how the account stands; writes a deed for each look.
"""

from datetime import datetime

from service_kit.personal import Personal

from identity_service.domain.deeds import StaffAct
from identity_service.domain.login_identifiers import letters_and_digits
from identity_service.resources import Identity
from identity_service.store import account_states
from identity_service.store.account_states import KeptState


async def search_accounts(
    identity: Identity, act: StaffAct, *, membership_number: Personal, now: datetime
) -> list[KeptState]:
    """Return the accounts of the act's brand that belong to a number, typed in any way that its member may type it."""
    digests = identity.digests.membership.all_of(act.brand, letters_and_digits(membership_number.reveal()))
    code_tries = identity.brands[act.brand].letter_code_tries
    async with identity.database.transaction() as connection:
        found = await account_states.find_by_membership(
            connection, brand=act.brand, digests=digests, code_tries=code_tries, now=now
        )
        looks = [act.deed("account_searched", one.id) for one in found]
        in_vain = act.deed("account_searched", None, {"found": 0})
        await identity.record_all(connection, looks or [in_vain], now=now)
    return found

"""« Adresse e-mail oubliée ? »: who knows three facts is shown the address, and the address is told of it (product row S11).

Reads accounts; writes tries, the outbox and deeds; publishes identifier.looked-up.
"""

from datetime import datetime

from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Deed
from identity_service.domain.errors import NoMatch, StatedFactsRefused
from identity_service.domain.masked_addresses import masked
from identity_service.domain.stated_facts import lookup_problems
from identity_service.events import IdentifierLookedUp
from identity_service.resources import Identity
from identity_service.store import accounts, tries
from identity_service.usecases.known_address import known_address
from identity_service.usecases.recognise_by_numbers import Holder, Numbers, recognise_by_numbers


async def look_up_identifier(identity: Identity, stated: Numbers, *, now: datetime) -> str:
    """Return the address in full or masked, as the brand decides; raise StatedFactsRefused, or NoMatch for every cause."""
    problems = lookup_problems(membership_number=stated.membership_number, birth_date=stated.birth_date or "")
    if problems:
        raise StatedFactsRefused(fields=tuple(problems))
    holder = await recognise_by_numbers(identity, stated, now=now)
    if holder is None or holder.account.email_sealed is None:
        raise NoMatch
    email = await _show(identity, holder, now=now)
    identity.foundation.wake.call()
    return email if identity.brands[stated.brand].identifier_recovery == "full" else masked(email)


async def _show(identity: Identity, holder: Holder, *, now: datetime) -> str:
    """Tell the address that it is shown, and return it."""
    lockout = identity.brands[holder.account.brand].lockout
    async with identity.database.transaction() as connection:
        account = (await accounts.hold(connection, [holder.account.id]))[holder.account.id]
        email = known_address(identity, account)
        if email is None:
            raise NoMatch
        await _tell(identity, connection, account, email, now=now)
        # Looked at again: other tries may have closed the account since this one was counted.
        if not await tries.take_back(connection, account.id, number=holder.try_number, lockout=lockout):
            raise NoMatch
    return email


async def _tell(identity: Identity, connection: Connection, account: Account, email: str, *, now: datetime) -> None:
    [version] = await accounts.draw_versions(connection, [account.id])
    event = IdentifierLookedUp(
        version=version,
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
        lookup_id=identity.entropy.new_id(),
        looked_up_at=now,
        email=email,
    )
    await identity.outbox.append(connection, event, event_id=identity.entropy.new_id(), occurred_at=now)
    await identity.record(
        connection, Deed("identifier_looked_up", account.brand, account.id, actor="anonymous"), now=now
    )

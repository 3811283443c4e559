"""« Je crée mon espace »: a member whose address nobody knows asks for an access with one of their own (product row S10).

Reads accounts and deeds; writes tries, reset_tokens, the outbox and deeds; publishes activation.requested. Nothing is changed
for the member until whoever reads that address follows the mailed link (usecases/activate_account.py).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Deed
from identity_service.domain.errors import AccountCreationRefused, StatedFactsRefused
from identity_service.domain.login_identifiers import normalise_email
from identity_service.domain.stated_facts import address_to_keep, creation_problems
from identity_service.events import ActivationRequested
from identity_service.resources import Identity
from identity_service.store import accounts, memberships, reset_tokens, tries
from identity_service.store.reset_tokens import MailedToken
from identity_service.usecases.check_terms import check_terms
from identity_service.usecases.recognise_by_numbers import Holder, Numbers, recognise_by_numbers
from identity_service.usecases.taken_addresses import is_taken

ONE_NOTICE_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class Creation:
    """What the member typed."""

    numbers: Numbers
    email: str = field(repr=False)
    email_confirmation: str = field(repr=False)
    accepted_terms: str


async def request_activation(identity: Identity, typed: Creation, *, now: datetime) -> None:
    """Have the activation link mailed; raise StatedFactsRefused, TermsNotAccepted or AccountCreationRefused (one answer)."""
    email = _checked_address(typed)
    check_terms(identity, brand=typed.numbers.brand, accepted=typed.accepted_terms)
    holder = await recognise_by_numbers(identity, typed.numbers, now=now)
    if holder is None or holder.account.has_access:
        raise AccountCreationRefused
    await _request(identity, holder, email, now=now)
    identity.foundation.wake.call()


def _checked_address(typed: Creation) -> str:
    problems = creation_problems(
        membership_number=typed.numbers.membership_number, email=typed.email, confirmation=typed.email_confirmation
    )
    address = address_to_keep(typed.email)
    if problems or address is None:
        raise StatedFactsRefused(fields=tuple(problems))
    return address


async def _request(identity: Identity, holder: Holder, email: str, *, now: datetime) -> None:
    lockout = identity.brands[holder.account.brand].lockout
    async with identity.database.transaction() as connection:
        # Looked at again: contracts may have told an address meanwhile, and other tries may have closed the account.
        account = (await accounts.hold(connection, [holder.account.id]))[holder.account.id]
        if account.has_access:
            raise AccountCreationRefused
        if await _may_be_mailed(identity, connection, account, now=now):
            await _write(identity, connection, account, email, now=now)
        if not await tries.take_back(connection, account.id, number=holder.try_number, lockout=lockout):
            raise AccountCreationRefused


async def _may_be_mailed(identity: Identity, connection: Connection, account: Account, *, now: datetime) -> bool:
    """Tell whether the brand's quotas leave a mail: what is over them is dropped in silence, as with resets."""
    policy = identity.brands[account.brand]
    # Deeds, not tokens: a mail that says that its address is taken has no token, and may fill somebody's mailbox as well.
    sent = await memberships.count_activations(connection, account.id, now=now)
    return sent.last_hour < policy.reset_mails_per_hour and sent.last_day < policy.reset_mails_per_day


async def _write(identity: Identity, connection: Connection, account: Account, email: str, *, now: datetime) -> None:
    taken = await is_taken(identity, connection, account, email, now=now)
    noticed = await memberships.was_noticed(connection, account.id, since=now - ONE_NOTICE_WITHIN)
    [version] = await accounts.draw_versions(connection, [account.id])
    event = ActivationRequested(
        version=version,
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
        activation_id=identity.entropy.new_id(),
        requested_at=now,
        expires_at=now + timedelta(hours=identity.brands[account.brand].activation_link_hours),
        notice=not noticed,
        email=email,
        token=None if taken else identity.entropy.new_token(),
    )
    if event.token is not None:
        await _keep(identity, connection, event, now=now)
    await identity.outbox.append(connection, event, event_id=identity.entropy.new_id(), occurred_at=now)
    deed = Deed("activation_requested", account.brand, account.id, actor="anonymous", details={"notice": event.notice})
    await identity.record(connection, deed, now=now)


async def _keep(identity: Identity, connection: Connection, event: ActivationRequested, *, now: datetime) -> None:
    """Keep the token's digest with the address that it is mailed to; it cancels the ones before it."""
    await reset_tokens.cancel_purpose(connection, event.account_id, purpose="activation", now=now)
    token = MailedToken(
        digest=identity.digests.secret.of("reset", event.token or ""),
        account_id=event.account_id,
        purpose="activation",
        expires_at=event.expires_at,
        cause=event.activation_id,
        email_digest=identity.digests.email.of(event.brand, normalise_email(event.email)),
        email_sealed=identity.addresses.seal(event.email.encode(), context=str(event.member_id)),
        terms_version=identity.terms[event.brand].version,
    )
    await reset_tokens.insert_all(connection, [token], now=now)

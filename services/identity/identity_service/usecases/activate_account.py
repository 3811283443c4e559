"""A member follows the activation link: the address is theirs, and the access exists.

In the transaction that writes the password (usecases/redeem_reset.py) writes accounts, terms_acceptances, the outbox and deeds;
publishes account.created.
"""

from datetime import datetime

from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Deed
from identity_service.domain.errors import ResetTokenInvalid
from identity_service.events import AccountCreated
from identity_service.resources import Identity
from identity_service.store import accounts, memberships, terms_acceptances
from identity_service.store.reset_tokens import MailedToken
from identity_service.usecases.taken_addresses import is_taken


async def hold_address(connection: Connection, mailed: MailedToken) -> None:
    """Keep others from taking the token's address until the transaction ends; the first step of it."""
    if mailed.email_digest is not None:
        await memberships.hold_address(connection, mailed.email_digest)


async def activate_account(
    identity: Identity, connection: Connection, account: Account, mailed: MailedToken, *, now: datetime
) -> None:
    """Give `account` the address of an activation; raise ResetTokenInvalid when it has one, or the address has another owner.

    The caller has locked the account and used the token up.
    """
    if mailed.email_digest is None or mailed.email_sealed is None or account.has_access:
        raise ResetTokenInvalid
    email = identity.addresses.open(mailed.email_sealed, context=str(account.member_id)).decode()
    if await is_taken(identity, connection, account, email, now=now):
        raise ResetTokenInvalid
    await memberships.give_address(connection, account.id, digest=mailed.email_digest, sealed=mailed.email_sealed)
    await _record_terms(identity, connection, account, mailed, now=now)
    await _tell(identity, connection, account, email, now=now)


async def _record_terms(
    identity: Identity, connection: Connection, account: Account, mailed: MailedToken, *, now: datetime
) -> None:
    terms = identity.terms[account.brand]
    if mailed.terms_version != terms.version:
        return  # there are others since: they are asked for when the member signs in
    await terms_acceptances.record(
        connection, account.id, version=terms.version, text_digest=terms.digest, now=now, source="account creation"
    )


async def _tell(identity: Identity, connection: Connection, account: Account, email: str, *, now: datetime) -> None:
    [version] = await accounts.draw_versions(connection, [account.id])
    event = AccountCreated(
        version=version,
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
        creation_id=identity.entropy.new_id(),
        created_at=now,
        origin="member",
        email=email,
    )
    await identity.outbox.append(connection, event, event_id=identity.entropy.new_id(), occurred_at=now)
    await identity.record(connection, Deed("account_activated", account.brand, account.id), now=now)

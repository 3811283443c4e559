"""The code that was mailed to a new address comes back: the address is the member's.

Counts the try; in one transaction uses the code up and writes accounts, email_changes, reset_tokens, sessions, deeds and the
outbox; publishes email.changed, which tells the former address and lets it undo the change.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service_kit.access_tokens import MemberPrincipal
from service_kit.database import Connection
from service_kit.problems import FieldProblem

from identity_service.domain import mailed_codes
from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Deed
from identity_service.domain.errors import EmailAlreadyUsed, EmailCodeRefused
from identity_service.events import EmailChanged
from identity_service.resources import Identity
from identity_service.store import accounts, devices, email_changes, memberships, reset_tokens, sessions, tries
from identity_service.store.email_changes import ProvedChange
from identity_service.usecases.known_address import known_address
from identity_service.usecases.present_session import Presence, present_session, stay_present
from identity_service.usecases.taken_addresses import is_taken

REFUSED = FieldProblem("code", "wrong-code", "Ce code ne correspond pas, ou il n’est plus valable.")


@dataclass(frozen=True)
class _Made:
    """A change as it is made: the account before it, the address after it."""

    account: Account
    change: ProvedChange
    email: str


async def confirm_email_change(identity: Identity, member: MemberPrincipal, code: str, *, now: datetime) -> None:
    """Write the address; raise EmailCodeRefused (one answer), EmailAlreadyUsed or NotSignedIn."""
    presence = await present_session(identity, member, now=now)
    lockout = identity.brands[presence.account.brand].lockout
    async with identity.database.transaction() as connection:
        number = await tries.count(connection, presence.account.id, now=now, lockout=lockout)
    if number is None:
        raise EmailCodeRefused(fields=(REFUSED,))
    async with identity.database.transaction() as connection:
        proved, taken = await _try(identity, connection, presence, code, now=now)
        if proved is not None:
            # A code proves a mailbox, not the owner of the account: it takes back this try, and no guess at the password.
            await tries.take_back(connection, presence.account.id, number=number, lockout=lockout)
    if proved is None:
        raise EmailCodeRefused(fields=(REFUSED,))
    if taken:
        raise EmailAlreadyUsed
    identity.foundation.wake.call()


async def _try(
    identity: Identity, connection: Connection, presence: Presence, code: str, *, now: datetime
) -> tuple[ProvedChange | None, bool]:
    """Return what the code has proved, if anything, and whether the address is somebody else's; otherwise make the change."""
    account_id = presence.account.id
    if (asked := await email_changes.asked_address(connection, account_id, now=now)) is not None:
        await memberships.hold_address(connection, asked)
    account = (await accounts.hold(connection, [account_id]))[account_id]
    await stay_present(connection, presence, now=now)
    digests = identity.digests.secret.all_of("email-change", str(account_id), mailed_codes.normalise(code))
    change = await email_changes.prove(
        connection, account_id, code_digests=digests, now=now, tries=identity.brands[account.brand].email_code_tries
    )
    if change is None or not change.right:
        return None, False
    email = identity.addresses.open(change.email_sealed, context=str(account.member_id)).decode()
    taken = await _is_login_of_somebody(identity, connection, account, email, now=now)
    if not taken:
        await _make(identity, connection, presence, _Made(account, change, email), now=now)
    await email_changes.blank(connection, change.id)
    return change, taken


async def _is_login_of_somebody(
    identity: Identity, connection: Connection, account: Account, email: str, *, now: datetime
) -> bool:
    by_email = identity.brands[account.brand].login_identifier == "email"
    return by_email and await is_taken(identity, connection, account, email, now=now)


async def _make(identity: Identity, connection: Connection, presence: Presence, made: _Made, *, now: datetime) -> None:
    account, change = made.account, made.change
    event = await _event(identity, connection, made, now=now)
    if event.undo_token is not None and event.undo_until is not None:
        digest = identity.digests.secret.of("email-undo", event.undo_token)
        await email_changes.keep_undo(connection, change.id, undo_digest=digest, undo_until=event.undo_until)
    await memberships.give_address(connection, account.id, digest=change.email_digest, sealed=change.email_sealed)
    # What was mailed to the former address opens nothing any more.
    await reset_tokens.cancel_all(connection, account.id, now=now)
    await sessions.end_all(connection, account.id, now=now, because="address changed", but=presence.session.id)
    await devices.forget_others(connection, account.id, session_id=presence.session.id, now=now)
    deed = Deed("email_changed", account.brand, account.id, details={"change_id": str(change.id)})
    await identity.record(connection, deed, now=now)
    await identity.outbox.append(connection, event, event_id=identity.entropy.new_id(), occurred_at=now)


async def _event(identity: Identity, connection: Connection, made: _Made, *, now: datetime) -> EmailChanged:
    account, former = made.account, known_address(identity, made.account)
    [version] = await accounts.draw_versions(connection, [account.id])
    undo_within = timedelta(hours=identity.brands[account.brand].undo_email_hours)
    doubtful = former is None or await email_changes.is_doubtful(connection, account.id, since=now - undo_within)
    return EmailChanged(
        version=version,
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
        change_id=made.change.id,
        changed_at=now,
        origin="member",
        undo_until=None if doubtful else now + undo_within,
        email=made.email,
        former_email=former,
        undo_token=None if doubtful else identity.entropy.new_token(),
    )

"""« Ce n’est pas moi »: whoever reads the former address takes a change of address back.

Somebody was signed in who should not have been, and may know the password. So, in one transaction: the former address is the
account's again (unless contracts has told another one since), every session ends, links, codes and passkeys are void, the
password is nobody's any more and no other opens anything until another channel has proved the owner, and a new one is asked for
by mail at once. Writes accounts, email_changes, reset_tokens, sessions, posted_codes, passkeys, tries, reset_requests, deeds and
the outbox; publishes email.changed, and posted-code.unneeded where a code was on its way by post.
"""

from datetime import datetime

from service_kit.database import Connection
from service_kit.tracing import current_traceparent

from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Deed
from identity_service.domain.errors import UndoTokenInvalid
from identity_service.events import EmailChanged
from identity_service.resources import Identity
from identity_service.store import (
    accounts,
    devices,
    email_changes,
    memberships,
    passkeys,
    posted_codes,
    reset_requests,
    reset_tokens,
    sessions,
    tries,
)
from identity_service.store.email_changes import Undo
from identity_service.store.reset_requests import ResetRequest
from identity_service.usecases.known_address import known_address
from identity_service.usecases.tell_unneeded_codes import tell_unneeded_codes


async def undo_email_change(identity: Identity, *, brand: str, token: str, now: datetime) -> None:
    """Put the former address back and close every other way in; raise UndoTokenInvalid (one answer for every cause)."""
    digests = identity.digests.secret.all_of("email-undo", token)
    async with identity.database.connection() as connection:
        found = await email_changes.find_undo(connection, digests=digests, brand=brand, now=now)
    if found is None:
        raise UndoTokenInvalid
    async with identity.database.transaction() as connection:
        account = (await accounts.hold(connection, [found.account_id]))[found.account_id]
        # Asked again under the lock: contracts may have told an address meanwhile.
        found = await email_changes.find_undo(connection, digests=digests, brand=brand, now=now)
        if found is None or not await email_changes.undo(connection, found, now=now):
            raise UndoTokenInvalid
        if found.former_digest is not None and found.former_sealed is not None:
            await memberships.give_address(
                connection, account.id, digest=found.former_digest, sealed=found.former_sealed
            )
        await _close(identity, connection, account, now=now)
        await _ask_for_reset(identity, connection, account, now=now)
        await _tell(identity, connection, account, found, now=now)
    identity.foundation.wake.call()


async def _close(identity: Identity, connection: Connection, account: Account, *, now: datetime) -> None:
    await reset_tokens.forget_all(connection, account.id)
    await sessions.end_all(connection, account.id, now=now, because="change of address undone")
    await devices.forget_others(connection, account.id, session_id=None, now=now)
    unneeded = await posted_codes.cancel_all(connection, account.id, now=now)
    await tell_unneeded_codes(identity, connection, account, unneeded, now=now)
    await email_changes.cancel_asked(connection, account.id, now=now)
    for passkey in await passkeys.of_account(connection, account.id):
        await passkeys.remove(connection, passkey.id, account_id=account.id)
    if account.password_hash is not None:
        # A lock alone could be lifted, by an adviser for one: whoever had the session may know this password.
        nobodys = identity.hashing.nobodys(identity.entropy.new_token())
        await accounts.refresh_hash(connection, account.id, password_hash=nobodys)
    failures = identity.brands[account.brand].lockout.disable_at_failures
    await tries.close(connection, account.id, now=now, failures=failures)


async def _ask_for_reset(identity: Identity, connection: Connection, account: Account, *, now: datetime) -> None:
    kind = identity.brands[account.brand].login_identifier
    digest = await accounts.login_digest(connection, account.id, kind=kind)
    if digest is None:
        return  # contracts has taken the address away, which was the identifier: an adviser's letter is the way back
    request = ResetRequest(identity.entropy.new_id(), account.brand, [digest], now, current_traceparent())
    await reset_requests.insert(connection, request, next_look_at=now)


async def _tell(identity: Identity, connection: Connection, account: Account, found: Undo, *, now: datetime) -> None:
    [version] = await accounts.draw_versions(connection, [account.id])
    restored = (await accounts.hold(connection, [account.id]))[account.id]
    present, replaced = known_address(identity, restored), known_address(identity, account)
    event = EmailChanged(
        version=version,
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
        change_id=found.id,
        changed_at=now,
        origin="undone",
        email=present,
        former_email=None if replaced == present else replaced,
    )
    await identity.outbox.append(connection, event, event_id=identity.entropy.new_id(), occurred_at=now)
    deed = Deed("email_change_undone", account.brand, account.id, details={"change_id": str(found.id)})
    await identity.record(connection, deed, now=now)

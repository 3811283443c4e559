"""A member signs in. Counts the try, verifies the password, looks at the device, opens a session.

Reads accounts; writes tries, devices, device_checks, sessions, refresh_tokens, deeds and the outbox. Unknown, wrong, locked,
not activated and not in force take the same steps: one look-up, one counted try, one hash.
"""

from dataclasses import dataclass, field
from datetime import datetime

from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.domain.errors import NewDeviceCodeRequired, WrongCredentials
from identity_service.domain.masked_addresses import masked
from identity_service.resources import Identity
from identity_service.security.token_signing import PASSWORD_CONTEXT
from identity_service.store import accounts, tries
from identity_service.usecases.check_device import DeviceVerdict, ShownDevice, check_device
from identity_service.usecases.known_address import known_address
from identity_service.usecases.open_session import Arrival, SignedIn, open_session
from identity_service.usecases.recognise import recognise


@dataclass(frozen=True)
class SignIn:
    """What a member signs in with, and on which device."""

    brand: str
    identifier: str = field(repr=False)
    password: str = field(repr=False)
    device: ShownDevice


@dataclass(frozen=True)
class _Right:
    """The password was right: whose, by which try, and its hash as it was found and (where outdated) made anew."""

    account: Account
    number: int
    stored: str
    new_hash: str | None


async def sign_in(identity: Identity, typed: SignIn, *, now: datetime) -> SignedIn:
    """Open a session; raise WrongCredentials for every cause there is, NewDeviceCodeRequired, or TooBusy."""
    right = await _verify(identity, typed, now=now)
    async with identity.database.transaction() as connection:
        verdict = await _check_again(identity, connection, right, typed.device, now=now)
        if verdict.state == "passed":
            arrival = Arrival(PASSWORD_CONTEXT, typed.device.label, verdict.device_id, verdict.token)
            return await open_session(identity, connection, right.account, arrival, now=now)
    # Out of the transaction: the code that was mailed, and the guess that was counted, stay.
    identity.foundation.wake.call()
    sent_to = masked(known_address(identity, right.account) or "")
    raise NewDeviceCodeRequired(sent_to=sent_to, wrong=verdict.state == "code wrong")


async def _verify(identity: Identity, typed: SignIn, *, now: datetime) -> _Right:
    lockout = identity.brands[typed.brand].lockout
    with identity.hashing.place() as place:
        found = await recognise(identity, brand=typed.brand, identifier=typed.identifier, now=now)
        async with identity.database.transaction() as connection:
            number = await tries.count(connection, found.subject, now=now, lockout=lockout)
        account = found.account
        stored = account.password_hash if account is not None and number is not None else None
        right = await place.verify(stored, typed.password)
        if not right or account is None or stored is None or number is None:
            raise WrongCredentials
        new_hash = await place.hash(typed.password) if identity.hashing.is_outdated(stored) else None
    return _Right(account, number, stored, new_hash)


async def _check_again(
    identity: Identity, connection: Connection, right: _Right, device: ShownDevice, *, now: datetime
) -> DeviceVerdict:
    """Look again at success: a reset may have made the password wrong meanwhile, other tries may have closed the account."""
    lockout, account_id = identity.brands[right.account.brand].lockout, right.account.id
    if await accounts.lock(connection, account_id) != right.stored:
        raise WrongCredentials
    verdict = await check_device(identity, connection, right.account, device, now=now)
    if verdict.state == "code wrong":
        return verdict  # the try stays counted as a failure: whoever guesses codes comes to the lock
    # Without a code yet the failures before this try stay, too: asking for codes must not wipe out guesses.
    settle = tries.clear_failures if verdict.state == "passed" else tries.take_back
    if not await settle(connection, account_id, number=right.number, lockout=lockout):
        raise WrongCredentials
    if right.new_hash is not None:
        await accounts.refresh_hash(connection, account_id, password_hash=right.new_hash)
    return verdict

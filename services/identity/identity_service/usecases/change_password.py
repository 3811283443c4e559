"""A signed-in member chooses another password. Counts the try, verifies the present one, writes the new one.

Reads accounts and sessions; writes tries; the rest as for every new password (usecases/choose_password.py). The session that
the call comes from goes on, the others end. Whoever holds a stolen session guesses no better here than at signing in: it is the
same counter.
"""

from dataclasses import dataclass
from datetime import datetime

from service_kit.access_tokens import MemberPrincipal
from service_kit.problems import FieldProblem

from identity_service.domain.accounts import Account
from identity_service.domain.errors import PasswordRefused, WrongPassword
from identity_service.resources import Identity
from identity_service.store import accounts, tries
from identity_service.usecases.choose_password import Choice, check_choice, check_shape, write_choice
from identity_service.usecases.present_session import Presence, recent_session, stay_present

WRONG = FieldProblem("current_password", "wrong-password", "Ce n’est pas votre mot de passe actuel.")


@dataclass(frozen=True)
class PasswordChange:
    """What the member typed."""

    current: str
    password: str
    confirmation: str


@dataclass(frozen=True)
class _Proved:
    """The try at which the present password was right, the hash that it was compared with, and the hash of the new one."""

    number: int
    stored: str
    password_hash: str


async def change_password(identity: Identity, member: MemberPrincipal, typed: PasswordChange, *, now: datetime) -> None:
    """Set the password; raise WrongPassword, PasswordRefused, RecentSignInRequired, NotSignedIn or TooBusy."""
    presence = await recent_session(identity, member, now=now)
    account = presence.account
    check_shape(identity, brand=account.brand, password=typed.password, confirmation=typed.confirmation)
    proved = await _prove(identity, account, typed, now=now)
    try:
        await check_choice(identity, account, password=typed.password, confirmation=typed.confirmation)
    except PasswordRefused:
        await _forgive(identity, account, proved)
        raise
    await _change(identity, presence, proved, now=now)
    identity.foundation.wake.call()


async def _prove(identity: Identity, account: Account, typed: PasswordChange, *, now: datetime) -> _Proved:
    lockout = identity.brands[account.brand].lockout
    with identity.hashing.place() as place:
        async with identity.database.transaction() as connection:
            number = await tries.count(connection, account.id, now=now, lockout=lockout)
        stored = account.password_hash if number is not None else None
        right = await place.verify(stored, typed.current)
        if not right or stored is None or number is None:
            raise WrongPassword(fields=(WRONG,))
        return _Proved(number, stored, await place.hash(typed.password))


async def _forgive(identity: Identity, account: Account, proved: _Proved) -> None:
    """The present password was right and the new one was not: that is no guess."""
    async with identity.database.transaction() as connection:
        lockout = identity.brands[account.brand].lockout
        await tries.clear_failures(connection, account.id, number=proved.number, lockout=lockout)


async def _change(identity: Identity, presence: Presence, proved: _Proved, *, now: datetime) -> None:
    account = presence.account
    lockout = identity.brands[account.brand].lockout
    async with identity.database.transaction() as connection:
        # Checked again, as when signing in: a reset in between ends this session and makes the present password wrong.
        if await accounts.lock(connection, account.id) != proved.stored:
            raise WrongPassword(fields=(WRONG,))
        await stay_present(connection, presence, now=now)
        if not await tries.clear_failures(connection, account.id, number=proved.number, lockout=lockout):
            raise WrongPassword(fields=(WRONG,))
        choice = Choice(proved.password_hash, "account", presence.session.id)
        await write_choice(identity, connection, account, choice, now=now)

"""A member signs in. Counts the try, verifies the password, opens a session.

Reads accounts; writes tries, sessions, refresh_tokens and deeds. Unknown, wrong, locked, not activated and not in force take
the same steps: one look-up, one counted try, one hash.
"""

from dataclasses import dataclass
from datetime import datetime

from identity_service.domain.errors import WrongCredentials
from identity_service.resources import Identity
from identity_service.security.token_signing import PASSWORD_CONTEXT
from identity_service.store import accounts, tries
from identity_service.usecases.open_session import SignedIn, open_session
from identity_service.usecases.recognise import recognise


@dataclass(frozen=True)
class SignIn:
    """What a member signs in with, and on which device."""

    brand: str
    identifier: str
    password: str
    device: str


async def sign_in(identity: Identity, typed: SignIn, *, now: datetime) -> SignedIn:
    """Open a session; raise WrongCredentials for every cause there is, or TooBusy."""
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
    async with identity.database.transaction() as connection:
        # Checked again at success: a reset that was redeemed meanwhile makes the old password wrong, and tries that were
        # counted meanwhile may have closed the account.
        if await accounts.lock(connection, account.id) != stored:
            raise WrongCredentials
        if not await tries.clear_failures(connection, account.id, number=number, lockout=lockout):
            raise WrongCredentials
        if new_hash is not None:
            await accounts.refresh_hash(connection, account.id, password_hash=new_hash)
        return await open_session(identity, connection, account, acr=PASSWORD_CONTEXT, device=typed.device, now=now)

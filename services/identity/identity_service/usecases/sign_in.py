"""A member signs in. Counts the try, verifies the password, opens a session.

Reads accounts; writes tries, sessions and refresh_tokens. Unknown, wrong, locked, not activated and not in force take the
same steps: one look-up, one counted try, one hash.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.domain.errors import WrongCredentials
from identity_service.resources import Identity
from identity_service.security.token_signing import MEMBER_SCOPE, PASSWORD_CONTEXT, TokenSubject
from identity_service.store import accounts, sessions, terms_acceptances, tries
from identity_service.usecases.recognise import recognise


@dataclass(frozen=True)
class SignedIn:
    """A session's tokens. `terms_to_accept` names a version that the member has not accepted yet."""

    access_token: str
    refresh_token: str
    expires_in: int
    session_id: UUID
    terms_to_accept: str | None = None


async def sign_in(identity: Identity, *, brand: str, identifier: str, password: str, now: datetime) -> SignedIn:
    """Open a session; raise WrongCredentials for every cause there is, or TooBusy."""
    lockout = identity.brands[brand].lockout
    with identity.hashing.place() as place:
        found = await recognise(identity, brand=brand, identifier=identifier, now=now)
        async with identity.database.transaction() as connection:
            number = await tries.count(connection, found.subject, now=now, lockout=lockout)
        account = found.account
        stored = account.password_hash if account is not None and number is not None else None
        right = await place.verify(stored, password)
        if not right or account is None or stored is None or number is None:
            raise WrongCredentials
        new_hash = await place.hash(password) if identity.hashing.is_outdated(stored) else None
    async with identity.database.transaction() as connection:
        # Checked again at success: a reset that was redeemed meanwhile makes the old password wrong, and tries that were
        # counted meanwhile may have closed the account.
        if await accounts.lock(connection, account.id) != stored:
            raise WrongCredentials
        if not await tries.clear_failures(connection, account.id, number=number, lockout=lockout):
            raise WrongCredentials
        if new_hash is not None:
            await accounts.refresh_hash(connection, account.id, password_hash=new_hash)
        return await _open(identity, connection, account, now=now)


async def _open(identity: Identity, connection: Connection, account: Account, *, now: datetime) -> SignedIn:
    policy, session_id, refresh_token = (
        identity.brands[account.brand],
        identity.entropy.new_id(),
        identity.entropy.new_token(),
    )
    await sessions.open_session(
        connection,
        session_id=session_id,
        account_id=account.id,
        now=now,
        lifetime=timedelta(days=policy.refresh_token_days),
        idle=timedelta(hours=policy.refresh_idle_hours),
    )
    digest = identity.digests.secret.of("refresh", refresh_token)
    await sessions.add_refresh_token(connection, session_id=session_id, digest=digest, now=now)
    version = identity.terms[account.brand].version
    accepted = await terms_acceptances.has_accepted(connection, account.id, version=version)
    return SignedIn(
        access_token=access_token(identity, account, session_id=session_id, authenticated_at=now, now=now),
        refresh_token=refresh_token,
        expires_in=identity.signing.seconds,
        session_id=session_id,
        terms_to_accept=None if accepted else version,
    )


def access_token(
    identity: Identity, account: Account, *, session_id: UUID, authenticated_at: datetime, now: datetime
) -> str:
    """Return a fresh access token of a session whose member proved who they are at `authenticated_at`."""
    subject = TokenSubject(
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
        session_id=session_id,
        scope=MEMBER_SCOPE,
        acr=PASSWORD_CONTEXT,
        authenticated_at=authenticated_at,
    )
    return identity.signing.access_token(subject, token_id=identity.entropy.new_id(), now=now)

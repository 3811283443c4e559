"""A member signs in. Counts the try, verifies the password, opens a session.

Reads accounts; writes accounts (failures), sessions and refresh_tokens. Unknown, wrong, locked, not activated and not in
force take the same steps: one look-up, one counted try, one hash.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service_kit.clock import civil_date
from service_kit.database import Connection

from identity_service.domain.accounts import Account, preferred
from identity_service.domain.errors import WrongCredentials
from identity_service.domain.login_identifiers import normalise
from identity_service.resources import Identity
from identity_service.store import accounts, sessions, terms_acceptances


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
    policy = identity.brands[brand]
    account = await _find(identity, brand=brand, identifier=identifier, now=now)
    account_id = account.id if account is not None else identity.entropy.new_id()
    async with identity.database.transaction() as connection:
        allowed = await accounts.count_failure(connection, account_id, now=now, lockout=policy.lockout)
    stored = account.password_hash if account is not None and allowed else None
    right = await identity.hashing.verify(stored, password)
    if not right or account is None or stored is None:
        raise WrongCredentials
    new_hash = await identity.hashing.hash(password) if identity.hashing.is_outdated(stored) else None
    async with identity.database.transaction() as connection:
        # Checked again at success: a reset that was redeemed meanwhile makes the old password wrong.
        if not await accounts.still_has(connection, account.id, password_hash=stored):
            raise WrongCredentials
        await accounts.clear_failures(connection, account.id)
        if new_hash is not None:
            await accounts.refresh_hash(connection, account.id, old=stored, new=new_hash)
        return await _open(identity, connection, account, now=now)


async def _find(identity: Identity, *, brand: str, identifier: str, now: datetime) -> Account | None:
    policy = identity.brands[brand]
    kind = policy.login_identifier
    digests = identity.digests.login(kind).all_of(brand, normalise(kind, identifier))
    async with identity.database.connection() as connection:
        by_digest = await accounts.find_by_login(connection, brand=brand, kind=kind, digests=digests)
    candidates = [account for found in by_digest.values() for account in found]
    return preferred(candidates, civil_date(now), read_only_years=policy.read_only_years)


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
        access_token=identity.signing.access_token(
            account_id=account.id, member_id=account.member_id, brand=account.brand, session_id=session_id, now=now
        ),
        refresh_token=refresh_token,
        expires_in=identity.signing.seconds,
        session_id=session_id,
        terms_to_accept=None if accepted else version,
    )

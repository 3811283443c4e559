"""Is the session of an access token still there? Reads sessions and accounts.

An access token is good for up to ten minutes after its session was ended: in other services, but never here, where
passwords, addresses and sessions are changed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service_kit.access_tokens import MemberPrincipal
from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.http.problems import NotSignedIn, RecentSignInRequired

from identity_service.domain.accounts import Account
from identity_service.resources import Identity
from identity_service.store import accounts, sessions
from identity_service.store.sessions import LivingSession


@dataclass(frozen=True)
class Presence:
    """A member who is signed in: the account, and the session that the call comes from."""

    account: Account
    session: LivingSession


async def present_session(identity: Identity, member: MemberPrincipal, *, now: datetime) -> Presence:
    """Return who calls; raise NotSignedIn when the session has ended or the member may not come in any more."""
    async with identity.database.connection() as connection:
        session = await sessions.find_living(connection, member.session_id, account_id=member.account_id, now=now)
        account = await accounts.find(connection, member.account_id)
    policy = identity.brands.get(member.brand)
    if session is None or account is None or policy is None:
        raise NotSignedIn
    if not account.usable_on(civil_date(now), read_only_years=policy.read_only_years):
        raise NotSignedIn
    return Presence(account, session)


async def recent_session(identity: Identity, member: MemberPrincipal, *, now: datetime) -> Presence:
    """Return who calls; raise RecentSignInRequired when the session began longer ago than the brand allows, or NotSignedIn."""
    presence = await present_session(identity, member, now=now)
    recent = timedelta(minutes=identity.brands[presence.account.brand].recent_sign_in_minutes)
    if presence.session.began_at <= now - recent:
        raise RecentSignInRequired
    return presence


async def stay_present(connection: Connection, presence: Presence, *, now: datetime) -> None:
    """Raise NotSignedIn when the session was ended since it was looked at: asked again in the transaction that decides.

    The caller has locked the account, so that nothing ends its sessions before the decision is taken.
    """
    session = presence.session
    if await sessions.find_living(connection, session.id, account_id=presence.account.id, now=now) is None:
        raise NotSignedIn

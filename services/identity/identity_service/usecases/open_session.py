"""The last step of every way to sign in: a session begins, and its tokens are given out.

In the caller's transaction reads terms_acceptances; writes sessions, refresh_tokens, posted_codes, deeds and the outbox.
Publishes posted-code.unneeded where a code was on its way by post: whoever is in needs none.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from service_kit.clock import civil_date
from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Deed
from identity_service.resources import Identity
from identity_service.security.token_signing import MEMBER_SCOPE, READING_SCOPE, TokenSubject
from identity_service.store import sessions, terms_acceptances
from identity_service.store.sessions import Beginning
from identity_service.usecases.tell_unneeded_codes import tell_unneeded_codes


@dataclass(frozen=True)
class SignedIn:
    """A session's tokens. `terms_to_accept` names a version that the member has not accepted yet."""

    access_token: str
    refresh_token: str
    expires_in: int
    session_id: UUID
    terms_to_accept: str | None = None
    device_token: str | None = None  # what makes the device known the next time


@dataclass(frozen=True)
class Arrival:
    """How somebody comes in: what proved it (`acr`), and on which device, with the token that is handed to it."""

    acr: str
    device: str
    device_id: UUID | None = None
    device_token: str | None = None


@dataclass(frozen=True)
class Proof:
    """Which session, and how (`acr`) and when its member proved who they are."""

    session_id: UUID
    acr: str
    proved_at: datetime


async def open_session(
    identity: Identity, connection: Connection, account: Account, arrival: Arrival, *, now: datetime
) -> SignedIn:
    """Begin a session and return its tokens."""
    policy, session_id = identity.brands[account.brand], identity.entropy.new_id()
    unneeded = await sessions.open_session(
        connection,
        Beginning(session_id, account.id, arrival.acr, arrival.device, arrival.device_id),
        now=now,
        lifetime=timedelta(days=policy.refresh_token_days),
        idle=timedelta(hours=policy.refresh_idle_hours),
    )
    details = {"session_id": str(session_id), "acr": arrival.acr, "device": arrival.device}
    await identity.record(connection, Deed("signed_in", account.brand, account.id, details=details), now=now)
    if unneeded is not None:
        await tell_unneeded_codes(identity, connection, account, [unneeded], now=now, signed_in_at=now)
    signed_in = await hand_out_tokens(identity, connection, account, Proof(session_id, arrival.acr, now), now=now)
    return replace(signed_in, device_token=arrival.device_token)


async def hand_out_tokens(
    identity: Identity, connection: Connection, account: Account, proof: Proof, *, now: datetime
) -> SignedIn:
    """Write a fresh refresh token of a session and return it with a fresh access token."""
    refresh_token = identity.entropy.new_token()
    digest = identity.digests.secret.of("refresh", refresh_token)
    await sessions.add_refresh_token(connection, session_id=proof.session_id, digest=digest, now=now)
    return SignedIn(
        access_token=_access_token(identity, account, proof, now=now),
        refresh_token=refresh_token,
        expires_in=identity.signing.seconds,
        session_id=proof.session_id,
        terms_to_accept=await terms_to_accept(identity, connection, account),
    )


async def terms_to_accept(identity: Identity, connection: Connection, account: Account) -> str | None:
    """Return the version of the brand's terms when the member has not accepted it yet, or not in these words."""
    terms = identity.terms[account.brand]
    accepted = await terms_acceptances.accepted_at(
        connection, account.id, version=terms.version, text_digest=terms.digest
    )
    return terms.version if accepted is None else None


def _access_token(identity: Identity, account: Account, proof: Proof, *, now: datetime) -> str:
    subject = TokenSubject(
        account_id=account.id,
        member_id=account.member_id,
        brand=account.brand,
        session_id=proof.session_id,
        scope=MEMBER_SCOPE if account.in_force_on(civil_date(now)) else READING_SCOPE,
        acr=proof.acr,
        authenticated_at=proof.proved_at,
    )
    return identity.signing.access_token(subject, token_id=identity.entropy.new_id(), now=now)

"""A client trades its refresh token for new tokens. A token that comes twice ends the session: one holder is a thief.

Reads accounts; writes refresh_tokens, sessions and deeds (RFC 9700 § 4.14). The token and the session are held while it is
decided: a session that a new password is ending at this moment gives nothing away any more.
"""

from datetime import datetime, timedelta

from service_kit.clock import civil_date
from service_kit.database import Connection

from identity_service.domain.accounts import Account
from identity_service.domain.deeds import Deed
from identity_service.domain.errors import SessionEnded
from identity_service.resources import Identity
from identity_service.store import accounts, sessions
from identity_service.store.sessions import RefreshToken
from identity_service.usecases.open_session import Proof, SignedIn, hand_out_tokens


async def refresh_session(identity: Identity, *, refresh_token: str, now: datetime) -> SignedIn:
    """Rotate the refresh token and return new tokens; raise SessionEnded."""
    digests = identity.digests.secret.all_of("refresh", refresh_token)
    async with identity.database.transaction() as connection:
        held = await sessions.hold_refresh_token(connection, digests=digests, now=now)
        signed_in = None if held is None else await _decide(identity, connection, held, now=now)
    if signed_in is None:
        raise SessionEnded
    return signed_in


async def _decide(identity: Identity, connection: Connection, held: RefreshToken, *, now: datetime) -> SignedIn | None:
    account = await accounts.find(connection, held.account_id)
    if account is None or not held.living:
        return None
    if held.used:
        await _end_family(identity, connection, held, account, now=now)
        return None
    if not _may_come_in(identity, account, now=now):
        return None
    return await _rotate(identity, connection, held, account, now=now)


def _may_come_in(identity: Identity, account: Account, *, now: datetime) -> bool:
    policy = identity.brands.get(account.brand)
    return policy is not None and account.usable_on(civil_date(now), read_only_years=policy.read_only_years)


async def _end_family(
    identity: Identity, connection: Connection, held: RefreshToken, account: Account, *, now: datetime
) -> None:
    because = "refresh token used twice"
    await sessions.end(connection, held.session_id, account_id=account.id, now=now, because=because)
    details = {"session_id": str(held.session_id), "because": because.replace(" ", "_")}
    deed = Deed("session_ended", account.brand, account.id, actor="system", details=details)
    await identity.record(connection, deed, now=now)


async def _rotate(
    identity: Identity, connection: Connection, held: RefreshToken, account: Account, *, now: datetime
) -> SignedIn:
    idle = timedelta(hours=identity.brands[account.brand].refresh_idle_hours)
    await sessions.use_refresh_token(connection, digest=held.digest, now=now)
    await sessions.extend(connection, held.session_id, now=now, idle=idle)
    proof = Proof(held.session_id, held.acr, held.session_began_at)
    return await hand_out_tokens(identity, connection, account, proof, now=now)

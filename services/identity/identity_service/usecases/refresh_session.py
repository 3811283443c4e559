"""A client trades its refresh token for new tokens. A token that comes twice ends the session: one holder is a thief."""

from datetime import datetime, timedelta

from identity_service.domain.errors import SessionEnded
from identity_service.resources import Identity
from identity_service.store import sessions
from identity_service.usecases.sign_in import SignedIn


async def refresh_session(identity: Identity, *, refresh_token: str, now: datetime) -> SignedIn:
    """Rotate the refresh token and return new tokens; raise SessionEnded."""
    digests = identity.digests.secret.all_of("refresh", refresh_token)
    fresh = identity.entropy.new_token()
    async with identity.database.transaction() as connection:
        session = await sessions.use_refresh_token(connection, digests=digests, now=now)
        if session is not None and session.brand in identity.brands:
            policy = identity.brands[session.brand]
            await sessions.extend(connection, session.id, idle_until=now + timedelta(hours=policy.refresh_idle_hours))
            digest = identity.digests.secret.of("refresh", fresh)
            await sessions.add_refresh_token(connection, session_id=session.id, digest=digest, now=now)
    if session is None:
        async with identity.database.transaction() as connection:
            await sessions.end_if_reused(connection, digests=digests, now=now)
        raise SessionEnded
    return SignedIn(
        access_token=identity.signing.access_token(
            account_id=session.account_id,
            member_id=session.member_id,
            brand=session.brand,
            session_id=session.id,
            now=now,
        ),
        refresh_token=fresh,
        expires_in=identity.signing.seconds,
        session_id=session.id,
    )

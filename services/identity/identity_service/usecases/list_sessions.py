"""Where is a member signed in? Reads sessions."""

from datetime import datetime

from service_kit.access_tokens import MemberPrincipal

from identity_service.resources import Identity
from identity_service.store import sessions
from identity_service.store.sessions import LivingSession
from identity_service.usecases.present_session import present_session

MOST = 100  # 25 tries a day and a day of idleness leave far fewer


async def list_sessions(identity: Identity, member: MemberPrincipal, *, now: datetime) -> list[LivingSession]:
    """Return the caller's living sessions, the last used first; raise NotSignedIn."""
    await present_session(identity, member, now=now)
    async with identity.database.connection() as connection:
        return await sessions.living(connection, member.account_id, now=now, limit=MOST)

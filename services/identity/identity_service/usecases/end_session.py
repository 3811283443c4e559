"""A member signs out, here or elsewhere. Writes sessions and deeds; signing out twice is no error."""

from datetime import datetime
from uuid import UUID

from service_kit.access_tokens import MemberPrincipal
from service_kit.http.problems import NotFound

from identity_service.domain.deeds import Deed
from identity_service.resources import Identity
from identity_service.store import sessions
from identity_service.usecases.present_session import present_session


async def sign_out(identity: Identity, member: MemberPrincipal, *, now: datetime) -> None:
    """End the session that the call comes from."""
    await _end(identity, member, member.session_id, now=now, because="signed out")


async def end_session(identity: Identity, member: MemberPrincipal, session_id: UUID, *, now: datetime) -> None:
    """End one of the caller's own sessions; raise NotFound for any other, and for one that has ended."""
    await present_session(identity, member, now=now)
    if not await _end(identity, member, session_id, now=now, because="ended by its owner"):
        raise NotFound


async def _end(identity: Identity, member: MemberPrincipal, session_id: UUID, *, now: datetime, because: str) -> bool:
    async with identity.database.transaction() as connection:
        account_id = member.account_id
        ended = await sessions.end(connection, session_id, account_id=account_id, now=now, because=because)
        if ended:
            details = {"session_id": str(session_id), "because": because.replace(" ", "_")}
            deed = Deed("session_ended", member.brand, account_id, details=details)
            await identity.record(connection, deed, now=now)
    return ended

"""A member reads what was done to the own account. Reads deeds; who of the staff acted, and why, stays closed."""

from datetime import datetime

from service_kit.access_tokens import MemberPrincipal
from service_kit.http.cursors import Position

from identity_service.resources import Identity
from identity_service.store import deeds
from identity_service.store.deeds import KeptDeed
from identity_service.usecases.present_session import present_session


async def read_own_history(
    identity: Identity, member: MemberPrincipal, *, before: Position | None, limit: int, now: datetime
) -> list[KeptDeed]:
    """Return up to `limit` deeds, newest first, from `before` on; raise NotSignedIn."""
    await present_session(identity, member, now=now)
    async with identity.database.connection() as connection:
        return await deeds.of_account(connection, member.account_id, before=before, limit=limit)

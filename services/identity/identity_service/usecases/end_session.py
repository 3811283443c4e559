"""A member signs out. Writes sessions; signing out twice is no error."""

from datetime import datetime
from uuid import UUID

from identity_service.resources import Identity
from identity_service.store import sessions


async def end_session(identity: Identity, *, session_id: UUID, account_id: UUID, now: datetime) -> None:
    """End one of the account's own sessions."""
    async with identity.database.transaction() as connection:
        await sessions.end(connection, session_id, account_id=account_id, now=now, because="signed out")

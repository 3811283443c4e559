"""An adviser who has recognised the member lifts the lock that too many failures have put. Writes tries and deeds.

Nothing else changes: the password stays what it was, and so do links, codes and sessions.
"""

from datetime import datetime
from uuid import UUID

from service_kit.http.problems import NotFound

from identity_service.domain.deeds import StaffAct
from identity_service.resources import Identity
from identity_service.store import tries
from identity_service.usecases.hold_for_staff import hold_for_staff


async def unlock_account(identity: Identity, account_id: UUID, act: StaffAct, *, now: datetime) -> None:
    """Forget the account's tries; raise NotFound."""
    async with identity.database.transaction() as connection:
        account = await hold_for_staff(identity, connection, account_id, act, wanted="account_unlocked", now=now)
        if account is not None:
            await tries.forget(connection, account.id)
            await identity.record(connection, act.deed("account_unlocked", account.id), now=now)
    if account is None:
        raise NotFound

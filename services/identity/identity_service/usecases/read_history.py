"""An adviser reads what was done to an account, by whom and why. Reads deeds, and writes that they were read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.http.cursors import Position
from service_kit.http.problems import NotFound

from identity_service.domain.deeds import Deed, StaffAct
from identity_service.resources import Identity
from identity_service.store import deeds
from identity_service.usecases.hold_for_staff import hold_for_staff


@dataclass(frozen=True)
class PastDeed:
    """A deed, and when it was done."""

    id: UUID
    occurred_at: datetime
    deed: Deed


async def read_history(
    identity: Identity, account_id: UUID, act: StaffAct, *, before: Position | None, limit: int, now: datetime
) -> list[PastDeed]:
    """Return up to `limit` deeds, newest first, from `before` on; raise NotFound."""
    found = []
    async with identity.database.transaction() as connection:
        account = await hold_for_staff(identity, connection, account_id, act, wanted="history_read", now=now)
        if account is not None:
            found = await deeds.of_account(connection, account.id, before=before, limit=limit)
            await identity.record(connection, act.deed("history_read", account.id), now=now)
    if account is None:
        raise NotFound
    return [PastDeed(one.id, one.occurred_at, identity.deeds.opened(one)) for one in found]

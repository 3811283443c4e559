"""An adviser looks at the addresses to which nothing is sent, or has mails sent to one again.

Reads and writes suppressed_addresses; writes staff_deeds in the same transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.http.cursors import Position
from service_kit.http.problems import NotFound
from service_kit.staff_deeds import StaffAct

from notifications_service.resources import Notifications
from notifications_service.store import suppressions
from notifications_service.store.suppressions import Suppression
from notifications_service.usecases.record_deed import record_deed


@dataclass(frozen=True)
class SuppressionPage:
    """Which part of the list is asked for: of whom, from the one after `before` on, how many."""

    member_id: UUID | None
    before: Position | None
    limit: int


async def list_suppressions(
    notifications: Notifications, page: SuppressionPage, *, act: StaffAct, now: datetime
) -> list[Suppression]:
    """Return a page of the addresses to which the brand sends nothing; that somebody looked is recorded."""
    deed = act.deed("suppressions_listed", member_id=page.member_id)
    async with notifications.database.transaction() as connection:
        await record_deed(notifications, connection, deed, now=now)
        return await suppressions.listed(
            connection, act.brand, member_id=page.member_id, before=page.before, limit=page.limit
        )


async def lift_suppression(notifications: Notifications, suppression_id: UUID, *, act: StaffAct, now: datetime) -> None:
    """Let mails go to the address again, once; raise NotFound for what is not a suppression of the brand's."""
    async with notifications.database.transaction() as connection:
        lifted = await suppressions.lift(connection, act.brand, suppression_id, now=now)
        if lifted is None:
            raise NotFound
        if lifted.is_new:
            deed = act.deed("suppression_lifted", object_id=suppression_id, member_id=lifted.member_id)
            await record_deed(notifications, connection, deed, now=now)

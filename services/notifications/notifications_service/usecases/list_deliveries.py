"""« Où en est mon courrier ? »: what was sent to a member, and when. Reads deliveries; for staff, writes staff_deeds."""

from datetime import datetime
from uuid import UUID

from service_kit.http.cursors import Position
from service_kit.staff_deeds import StaffAct

from notifications_service.resources import Notifications
from notifications_service.store import timeline
from notifications_service.store.timeline import TimelineEntry
from notifications_service.usecases.record_deed import record_deed


async def list_own_deliveries(
    notifications: Notifications, brand: str, member_id: UUID, *, before: Position | None, limit: int
) -> list[TimelineEntry]:
    """Return up to `limit` messages to the member who asks, newest first, from `before` (created_at, id) on."""
    async with notifications.database.connection() as connection:
        return await timeline.of_member(connection, brand, member_id, before=before, limit=limit)


async def list_member_deliveries(
    notifications: Notifications, member_id: UUID, act: StaffAct, *, before: Position | None, limit: int, now: datetime
) -> list[TimelineEntry]:
    """Return the same for an adviser of the brand: that it was read, or wanted of another brand's member, is a deed."""
    async with notifications.database.transaction() as connection:
        await record_deed(notifications, connection, act.deed("deliveries_read", member_id=member_id), now=now)
        return await timeline.of_member(connection, act.brand, member_id, before=before, limit=limit)

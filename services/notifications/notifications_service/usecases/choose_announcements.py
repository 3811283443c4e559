"""A member wants no announcements of documents any more, or wants them again: an adviser notes it.

Reads recipients; writes declined_announcements, deliveries and staff_deeds, in one transaction.
"""

from datetime import datetime
from uuid import UUID

from service_kit.http.problems import NotFound
from service_kit.staff_deeds import StaffAct

from notifications_service.resources import Notifications
from notifications_service.store import declined_announcements, recipients
from notifications_service.usecases.record_deed import record_deed


async def choose_announcements(
    notifications: Notifications, member_id: UUID, *, wanted: bool, act: StaffAct, now: datetime
) -> None:
    """Note what the member wants, and stop what is planned otherwise; raise NotFound for whom the brand does not know."""
    async with notifications.database.transaction() as connection:
        if await recipients.find(connection, act.brand, member_id) is None:
            raise NotFound
        if wanted:
            is_new = await declined_announcements.remove(connection, act.brand, member_id)
        else:
            is_new = await declined_announcements.add(connection, act.brand, member_id, now=now)
        if is_new:
            kind = "announcements_wanted" if wanted else "announcements_declined"
            await record_deed(notifications, connection, act.deed(kind, member_id=member_id), now=now)

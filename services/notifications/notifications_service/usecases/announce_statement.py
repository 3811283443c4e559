"""A statement has new lines: its reader is told by mail, if the brand announces statements and the reader has not declined.

Reads declined_announcements and recipients; writes deliveries, in the consumer's transaction.
"""

from uuid import UUID

from service_kit.database import Connection
from service_kit.problems import FinalEventError

from notifications_service.resources import Notifications
from notifications_service.store import declined_announcements
from notifications_service.usecases.keep_recipient import known_email
from notifications_service.usecases.plan_message import MemberEvent
from notifications_service.usecases.plan_notice import plan_notice


class SettledStatement(MemberEvent):
    """What notifications reads of a statement that has new lines."""

    settlement_id: UUID


async def announce_statement(notifications: Notifications, connection: Connection, settled: SettledStatement) -> None:
    """Plan the announcement; raise FinalEventError for an unknown brand."""
    brand = notifications.brands.get(settled.brand)
    if brand is None:
        raise FinalEventError
    if not brand.announce_statements:
        return
    if await declined_announcements.covers(connection, settled.brand, settled.member_id):
        return
    to = await known_email(notifications, connection, settled.brand, settled.member_id)
    await plan_notice(notifications, connection, "statement_available", settled, to=to)

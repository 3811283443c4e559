"""Hears identifier.looked-up from identity: an address was shown to somebody, which that address is told."""

from datetime import datetime
from functools import partial
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import EventContext, Subscription

from notifications_service.domain.message_kinds import MAILS
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent, plan_message

EVENTS = ("identifier.looked-up.v1",)


class LookedUpIdentifier(MemberEvent):
    """What notifications reads of an address that was shown."""

    lookup_id: UUID
    looked_up_at: datetime
    email: Personal


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription, which wakes the loop that sends."""
    wake = notifications.mail_due
    return [Subscription(event, LookedUpIdentifier, partial(_hear, notifications), wake) for event in EVENTS]


async def _hear(
    notifications: Notifications, connection: Connection, lookup: LookedUpIdentifier, _context: EventContext
) -> None:
    await plan_message(notifications, connection, MAILS["identifier_looked_up"], lookup, now=notifications.now())

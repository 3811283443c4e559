"""Hears member.enrolled and member.changed from contracts: whom letters and mails are for."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from notifications_service.resources import Notifications
from notifications_service.usecases.keep_recipient import MemberState, keep_recipient

EVENTS = ("member.enrolled.v1", "member.changed.v1")


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscriptions, one for each event; both carry the member's whole state."""
    wake = notifications.letter_due  # a letter may have waited for its recipient
    return [Subscription(event, MemberState, partial(_hear, notifications), wake) for event in EVENTS]


async def _hear(
    notifications: Notifications, connection: Connection, member: MemberState, _context: EventContext
) -> None:
    await keep_recipient(notifications, connection, member, now=notifications.now())

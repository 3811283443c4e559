"""Hears posted-code.unneeded from identity: a letter need not leave any more."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from notifications_service.resources import Notifications
from notifications_service.usecases.stop_letters import UnneededCode, stop_letter

EVENTS = ("posted-code.unneeded.v1",)


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription; nothing is woken, since nothing leaves."""
    return [Subscription(event, UnneededCode, partial(_hear, notifications)) for event in EVENTS]


async def _hear(
    notifications: Notifications, connection: Connection, unneeded: UnneededCode, _context: EventContext
) -> None:
    await stop_letter(notifications, connection, unneeded, now=notifications.now())

"""Hears member.removed from contracts: addresses and messages leave with the person."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from notifications_service.resources import Notifications
from notifications_service.usecases.forget_person import RemovedPerson, forget_person

EVENTS = ("member.removed.v1",)


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription; nothing is published that the relay would have to be woken for."""
    return [Subscription(event, RemovedPerson, partial(_hear, notifications)) for event in EVENTS]


async def _hear(
    notifications: Notifications, connection: Connection, person: RemovedPerson, _context: EventContext
) -> None:
    await forget_person(connection, person, now=notifications.now())

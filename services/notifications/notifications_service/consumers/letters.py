"""Hears letter.required from identity: a letter with a one-time code is due."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from notifications_service.resources import Notifications
from notifications_service.usecases.plan_letter import RequiredLetter, plan_letter

EVENTS = ("letter.required.v1",)


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription, which wakes the loop that prints."""
    wake = notifications.letter_due
    return [Subscription(event, RequiredLetter, partial(_hear, notifications), wake) for event in EVENTS]


async def _hear(
    notifications: Notifications, connection: Connection, letter: RequiredLetter, _context: EventContext
) -> None:
    await plan_letter(notifications, connection, letter, now=notifications.now())

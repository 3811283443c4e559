"""Hears posted-code.redeemed from identity: a letter has served."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from notifications_service.resources import Notifications
from notifications_service.usecases.note_served_letter import RedeemedCode, note_served_letter

EVENTS = ("posted-code.redeemed.v1",)


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription, which wakes the loop that removes the pages of letters that have served."""
    wake = notifications.letter_served
    return [Subscription(event, RedeemedCode, partial(_hear, notifications), wake) for event in EVENTS]


async def _hear(
    notifications: Notifications, connection: Connection, redeemed: RedeemedCode, _context: EventContext
) -> None:
    await note_served_letter(connection, redeemed, now=notifications.now())

"""Hears beneficiary.autonomous from contracts: whoever is known apart from the member is written to in the own name."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from notifications_service.resources import Notifications
from notifications_service.usecases.keep_recipient import AutonomousBeneficiary, keep_recipient

EVENTS = ("beneficiary.autonomous.v1",)


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription: each event carries the person's whole state."""
    wake = notifications.letter_due  # a letter may have waited for its recipient
    return [Subscription(event, AutonomousBeneficiary, partial(_hear, notifications), wake) for event in EVENTS]


async def _hear(
    notifications: Notifications, connection: Connection, person: AutonomousBeneficiary, _context: EventContext
) -> None:
    await keep_recipient(notifications, connection, person, now=notifications.now())

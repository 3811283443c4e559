"""Hears delivery.failed from notifications: a mail with a link that reaches nobody at its address is replaced by a letter."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from identity_service.resources import Identity
from identity_service.usecases.replace_failed_mail import FailedDelivery, replace_failed_mail

EVENTS = ("delivery.failed.v1",)


def subscriptions(identity: Identity) -> list[Subscription]:
    """Return the subscription, which wakes the relay."""
    wake = identity.foundation.wake
    return [Subscription(event, FailedDelivery, partial(_hear, identity), wake) for event in EVENTS]


async def _hear(identity: Identity, connection: Connection, failed: FailedDelivery, _context: EventContext) -> None:
    await replace_failed_mail(identity, connection, failed, now=identity.foundation.clock.now())

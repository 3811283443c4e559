"""Hears delivery.failed from notifications: an address at which nothing arrives, a termination that nobody was told of."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from contracts_service.resources import Contracts
from contracts_service.usecases.note_failed_acknowledgement import note_failed_acknowledgement
from contracts_service.usecases.note_undeliverable import FailedDelivery, note_undeliverable

EVENTS = ("delivery.failed.v1",)


def subscriptions(service: Contracts) -> list[Subscription]:
    """Return the subscription, which wakes the relay: the member is told on paper from now on."""
    wake = service.foundation.wake
    return [Subscription(event, FailedDelivery, partial(_hear, service), wake) for event in EVENTS]


async def _hear(service: Contracts, connection: Connection, failed: FailedDelivery, _context: EventContext) -> None:
    now = service.foundation.clock.now()
    await note_failed_acknowledgement(service, connection, failed, now=now)
    await note_undeliverable(service, connection, failed, now=now)

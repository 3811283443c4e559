"""Hears member.removed from contracts: the account leaves with the person."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from identity_service.resources import Identity
from identity_service.usecases.forget_person import RemovedPerson, forget_person

EVENTS = ("member.removed.v1",)


def subscriptions(identity: Identity) -> list[Subscription]:
    """Return the subscription; nothing is published that the relay would have to be woken for."""
    return [Subscription(event, RemovedPerson, partial(_hear, identity)) for event in EVENTS]


async def _hear(identity: Identity, connection: Connection, person: RemovedPerson, _context: EventContext) -> None:
    await forget_person(connection, person, now=identity.foundation.clock.now())

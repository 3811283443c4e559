"""Hears member.removed from contracts: the documents leave with the person."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from documents_service.resources import Documents
from documents_service.usecases.forget_person import RemovedPerson, forget_person

EVENTS = ("member.removed.v1",)


def subscriptions(documents: Documents) -> list[Subscription]:
    """Return the subscription."""
    return [
        Subscription(event, RemovedPerson, partial(_hear, documents), documents.foundation.wake) for event in EVENTS
    ]


async def _hear(documents: Documents, connection: Connection, person: RemovedPerson, _context: EventContext) -> None:
    await forget_person(connection, person, now=documents.foundation.clock.now())

"""Hears delivery.failed from notifications: a document whose mail came back goes by post."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from documents_service.resources import Documents
from documents_service.usecases.bring_again import FailedDelivery, bring_again

EVENTS = ("delivery.failed.v1",)


def subscriptions(documents: Documents) -> list[Subscription]:
    """Return the subscription; what it makes is for the outbox's relay."""
    hear = partial(_hear, documents)
    return [Subscription(event, FailedDelivery, hear, documents.foundation.wake) for event in EVENTS]


async def _hear(documents: Documents, connection: Connection, delivery: FailedDelivery, _context: EventContext) -> None:
    await bring_again(documents, connection, delivery)

"""Hears termination.registered from contracts: the member gets a notice of it."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from documents_service.resources import Documents
from documents_service.usecases.collect_termination_notice import RegisteredTermination
from documents_service.usecases.plan_termination_notice import plan_termination_notice

EVENTS = ("termination.registered.v1",)


def subscriptions(documents: Documents) -> list[Subscription]:
    """Return the subscription."""
    hear = partial(_hear, documents)
    return [Subscription(event, RegisteredTermination, hear, documents.foundation.wake) for event in EVENTS]


async def _hear(
    documents: Documents, connection: Connection, termination: RegisteredTermination, _context: EventContext
) -> None:
    await plan_termination_notice(documents, connection, termination, now=documents.foundation.clock.now())

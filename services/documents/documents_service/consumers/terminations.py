"""Hears termination.registered and termination.cancelled from contracts: the member gets a notice, which may be undone."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from documents_service.resources import Documents
from documents_service.usecases.cancel_termination_notice import CancelledTermination, cancel_termination_notice
from documents_service.usecases.collect_termination_notice import RegisteredTermination
from documents_service.usecases.plan_termination_notice import plan_termination_notice

REGISTERED, CANCELLED = "termination.registered.v1", "termination.cancelled.v1"
EVENTS = (REGISTERED, CANCELLED)


def subscriptions(documents: Documents) -> list[Subscription]:
    """Return the subscriptions; of what is cancelled nothing is drawn that a loop would have to be woken for."""
    return [
        Subscription(REGISTERED, RegisteredTermination, partial(_plan, documents), documents.foundation.wake),
        Subscription(CANCELLED, CancelledTermination, partial(_cancel, documents)),
    ]


async def _plan(
    documents: Documents, connection: Connection, termination: RegisteredTermination, _context: EventContext
) -> None:
    await plan_termination_notice(documents, connection, termination, now=documents.foundation.clock.now())


async def _cancel(
    documents: Documents, connection: Connection, termination: CancelledTermination, _context: EventContext
) -> None:
    await cancel_termination_notice(documents, connection, termination, now=documents.foundation.clock.now())

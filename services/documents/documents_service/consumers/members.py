"""Hears member.enrolled and member.changed from contracts: the card of a member follows the contract."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from documents_service.resources import Documents
from documents_service.usecases.collect_card import EnrolledMember
from documents_service.usecases.plan_card import plan_card

EVENTS = ("member.enrolled.v1", "member.changed.v1")


def subscriptions(documents: Documents) -> list[Subscription]:
    """Return the subscriptions, one for each event; both carry the member's whole state."""
    hear = partial(_hear, documents)
    return [Subscription(event, EnrolledMember, hear, documents.foundation.wake) for event in EVENTS]


async def _hear(documents: Documents, connection: Connection, member: EnrolledMember, _context: EventContext) -> None:
    # The day of planning, not of the event, decides the validity: an event may have waited.
    await plan_card(documents, connection, member, now=documents.foundation.clock.now())

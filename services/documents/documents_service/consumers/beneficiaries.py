"""Hears beneficiary.added from contracts: a newborn's card does not wait behind a campaign."""

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from documents_service.resources import Documents
from documents_service.usecases.hurry_card import AddedBeneficiary, hurry_card

EVENTS = ("beneficiary.added.v1",)


def subscriptions(documents: Documents) -> list[Subscription]:
    """Return the subscription."""
    return [Subscription(event, AddedBeneficiary, _hear, documents.foundation.wake) for event in EVENTS]


async def _hear(connection: Connection, added: AddedBeneficiary, _context: EventContext) -> None:
    await hurry_card(connection, added)

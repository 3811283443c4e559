"""Hears letter.returned from notifications: a code that was posted lies with whoever opens the letter."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from identity_service.resources import Identity
from identity_service.usecases.cancel_returned_code import ReturnedLetter, cancel_returned_code

EVENTS = ("letter.returned.v1",)


def subscriptions(identity: Identity) -> list[Subscription]:
    """Return the subscription; nothing is published that the relay would have to be woken for."""
    return [Subscription(event, ReturnedLetter, partial(_hear, identity)) for event in EVENTS]


async def _hear(identity: Identity, connection: Connection, letter: ReturnedLetter, _context: EventContext) -> None:
    await cancel_returned_code(identity, connection, letter, now=identity.foundation.clock.now())

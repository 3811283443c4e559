"""Hears email.changed and account.created from identity: the address that a member chose is the one to keep."""

from functools import partial

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import EventContext, Subscription

from contracts_service.resources import Contracts
from contracts_service.usecases.keep_chosen_email import ChosenEmail, keep_chosen_email

EVENTS = ("email.changed.v1", "account.created.v1")


class CreatedAccount(ChosenEmail):
    """What contracts reads of an account that was created: by whom, since an automatic one has the address from here."""

    origin: str
    email: Personal


def subscriptions(service: Contracts) -> list[Subscription]:
    """Return the subscriptions, which wake the relay: the member's new state is to be told."""
    wake = service.foundation.wake
    changed, created = EVENTS
    return [
        Subscription(changed, ChosenEmail, partial(_hear_change, service), wake),
        Subscription(created, CreatedAccount, partial(_hear_creation, service), wake),
    ]


async def _hear_change(service: Contracts, connection: Connection, chosen: ChosenEmail, _context: EventContext) -> None:
    await keep_chosen_email(service, connection, chosen, now=service.foundation.clock.now())


async def _hear_creation(
    service: Contracts, connection: Connection, created: CreatedAccount, _context: EventContext
) -> None:
    if created.origin == "member":
        await keep_chosen_email(service, connection, created, now=service.foundation.clock.now())

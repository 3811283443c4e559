"""Hears member.enrolled and member.changed from contracts: an account per member, usable from the effective date."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from identity_service.resources import Identity
from identity_service.usecases.account_holders import EnrolledMember
from identity_service.usecases.open_account import open_account

EVENTS = ("member.enrolled.v1", "member.changed.v1")


def subscriptions(identity: Identity) -> list[Subscription]:
    """Return the subscriptions, one for each event; both carry the member's whole state."""
    return [Subscription(event, EnrolledMember, partial(_hear, identity)) for event in EVENTS]


async def _hear(identity: Identity, connection: Connection, member: EnrolledMember, context: EventContext) -> None:
    await open_account(identity, connection, member, now=context.time)

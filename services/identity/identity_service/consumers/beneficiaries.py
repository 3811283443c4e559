"""Hears beneficiary.autonomous from contracts: an account of the person's own, apart from the member's (ADR 0021)."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from identity_service.resources import Identity
from identity_service.usecases.account_holders import AutonomousBeneficiary
from identity_service.usecases.open_account import open_account

EVENTS = ("beneficiary.autonomous.v1",)


def subscriptions(identity: Identity) -> list[Subscription]:
    """Return the subscription: each event carries the person's whole state."""
    return [Subscription(event, AutonomousBeneficiary, partial(_hear, identity)) for event in EVENTS]


async def _hear(
    identity: Identity, connection: Connection, person: AutonomousBeneficiary, context: EventContext
) -> None:
    await open_account(identity, connection, person, now=context.time)

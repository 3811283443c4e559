"""Hears bank-details.changed from contracts: who was the member's before is told, and can stop the change."""

from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import telling
from notifications_service.domain.recipient import RecipientAddress
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent
from notifications_service.usecases.plan_notice import plan_notice

EVENTS = ("bank-details.changed.v1",)


class ChangedBankDetails(MemberEvent):
    """What notifications reads of another bank account: the end of its number, and from when on it is used."""

    change_id: UUID
    changed_at: datetime
    in_force_on: date
    iban_ending: Personal
    former_email: Personal | None = None
    former_address: RecipientAddress | None = None


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription."""
    return [telling(notifications, event, ChangedBankDetails, _tell) for event in EVENTS]


async def _tell(notifications: Notifications, connection: Connection, change: ChangedBankDetails) -> None:
    # Not to the present address: whoever gave another account may have given that one first.
    await plan_notice(notifications, connection, "bank_details_changed", change, to=change.former_email)

"""Hears contribution.unpaid from contracts: the member is told what is owed, and whom to call."""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import Field
from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import by_notice, telling
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent

EVENTS = ("contribution.unpaid.v1",)


class UnpaidContribution(MemberEvent):
    """What notifications reads of a contribution that was not paid."""

    unpaid_id: UUID
    due_date: date
    period_start: date
    period_end: date
    method: Literal["direct_debit", "transfer", "cheque", "card"]
    amount: Decimal = Field(repr=False)


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription."""
    return [telling(notifications, event, UnpaidContribution, by_notice("contribution_unpaid")) for event in EVENTS]

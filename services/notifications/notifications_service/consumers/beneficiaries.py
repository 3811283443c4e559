"""Hears beneficiary.requested, .accepted and .refused from contracts: the member is told what became of a request."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from service_kit.personal import Personal
from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import by_notice, telling
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent

EVENTS = ("beneficiary.requested.v1", "beneficiary.accepted.v1", "beneficiary.refused.v1")


class BeneficiaryRequest(MemberEvent):
    """What notifications reads of a request to add somebody to the contract, or to remove them."""

    request_id: UUID
    change: Literal["addition", "removal"]
    first_name: Personal | None = None
    last_name: Personal


class RequestedBeneficiary(BeneficiaryRequest):
    """The request has come."""

    requested_at: datetime


class AcceptedBeneficiary(BeneficiaryRequest):
    """The request is accepted."""

    effective_date: date


class RefusedBeneficiary(BeneficiaryRequest):
    """The request is refused, for a reason in plain words."""

    reason: Personal


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscriptions."""
    return [
        telling(notifications, EVENTS[0], RequestedBeneficiary, by_notice("beneficiary_request_received")),
        telling(notifications, EVENTS[1], AcceptedBeneficiary, by_notice("beneficiary_request_accepted")),
        telling(notifications, EVENTS[2], RefusedBeneficiary, by_notice("beneficiary_request_refused")),
    ]

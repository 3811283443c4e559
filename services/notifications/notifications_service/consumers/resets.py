"""Hears reset.requested from identity: a mail with a link is due."""

from datetime import datetime
from uuid import UUID

from service_kit.personal import Personal
from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import by_mail, telling
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent

EVENTS = ("reset.requested.v1",)


class ResetRequest(MemberEvent):
    """What notifications reads of a reset: the token and the address arrive sealed and are stored sealed."""

    reset_id: UUID
    expires_at: datetime
    email: Personal
    token: Personal


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription."""
    return [telling(notifications, event, ResetRequest, by_mail("password_reset")) for event in EVENTS]

"""Hears activation.requested from identity: an access is to be activated, and the member may have to be warned."""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import telling
from notifications_service.domain.message_kinds import MAILS
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent, plan_message
from notifications_service.usecases.plan_notice import plan_access_notice

EVENTS = ("activation.requested.v1",)


class RequestedActivation(MemberEvent):
    """What notifications reads of an access that was asked for; without a token the address already opens another one."""

    activation_id: UUID
    requested_at: datetime
    expires_at: datetime
    notice: bool
    email: Personal
    token: Personal | None = None


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription."""
    return [telling(notifications, event, RequestedActivation, _tell) for event in EVENTS]


async def _tell(notifications: Notifications, connection: Connection, request: RequestedActivation) -> None:
    await plan_message(notifications, connection, MAILS["activation"], request, now=notifications.now())
    if request.notice:
        await plan_access_notice(notifications, connection, request, typed=request.email)

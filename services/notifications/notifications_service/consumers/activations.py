"""Hears activation.requested from identity: an access is to be activated, and the member may have to be warned."""

from datetime import datetime
from functools import partial
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import EventContext, Subscription

from notifications_service.domain.message_kinds import MAILS
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_access_notice import plan_access_notice
from notifications_service.usecases.plan_message import MemberEvent, plan_message

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
    """Return the subscription, which wakes the loop that sends; letters are collected at its next poll."""
    wake = notifications.mail_due
    return [Subscription(event, RequestedActivation, partial(_hear, notifications), wake) for event in EVENTS]


async def _hear(
    notifications: Notifications, connection: Connection, request: RequestedActivation, _context: EventContext
) -> None:
    now = notifications.now()
    await plan_message(notifications, connection, MAILS["activation"], request, now=now)
    if request.notice:
        await plan_access_notice(notifications, connection, request, typed=request.email, now=now)

"""Hears reset.requested from identity: a mail with a link is due."""

from datetime import datetime
from functools import partial
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import EventContext, Subscription

from notifications_service.domain.message_kinds import MAILS
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent, plan_message

EVENTS = ("reset.requested.v1",)


class ResetRequest(MemberEvent):
    """What notifications reads of a reset: the token and the address arrive sealed and are stored sealed."""

    reset_id: UUID
    expires_at: datetime
    email: Personal
    token: Personal


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription, which wakes the loop that sends."""
    wake = notifications.mail_due
    return [Subscription(event, ResetRequest, partial(_hear, notifications), wake) for event in EVENTS]


async def _hear(
    notifications: Notifications, connection: Connection, request: ResetRequest, _context: EventContext
) -> None:
    await plan_message(notifications, connection, MAILS["password_reset"], request, now=notifications.now())

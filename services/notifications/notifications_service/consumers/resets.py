"""Hears reset.requested from identity: a mail with a link is due."""

from functools import partial

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Subscription

from notifications_service.resources import Notifications
from notifications_service.usecases.plan_reset_mail import ResetRequest, plan_reset_mail

EVENTS = ("reset.requested.v1",)


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription, which wakes the loop that sends."""
    wake = notifications.mail_due
    return [Subscription(event, ResetRequest, partial(_hear, notifications), wake) for event in EVENTS]


async def _hear(
    notifications: Notifications, connection: Connection, request: ResetRequest, _context: EventContext
) -> None:
    await plan_reset_mail(notifications, connection, request, now=notifications.now())

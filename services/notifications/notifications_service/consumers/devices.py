"""Hears sign-in.new-device from identity: a code lets the device in."""

from datetime import datetime
from functools import partial
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import EventContext, Subscription

from notifications_service.domain.message_kinds import MAILS
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent, plan_message

EVENTS = ("sign-in.new-device.v1",)


class NewDevice(MemberEvent):
    """What notifications reads of a device that is not known yet."""

    check_id: UUID
    seen_at: datetime
    expires_at: datetime
    device: str
    email: Personal
    code: Personal


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription, which wakes the loop that sends."""
    wake = notifications.mail_due
    return [Subscription(event, NewDevice, partial(_hear, notifications), wake) for event in EVENTS]


async def _hear(
    notifications: Notifications, connection: Connection, device: NewDevice, _context: EventContext
) -> None:
    await plan_message(notifications, connection, MAILS["new_device_code"], device, now=notifications.now())

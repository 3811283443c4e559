"""Hears sign-in.new-device from identity: a code lets the device in."""

from datetime import datetime
from uuid import UUID

from service_kit.personal import Personal
from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import by_mail, telling
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent

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
    """Return the subscription."""
    return [telling(notifications, event, NewDevice, by_mail("new_device_code")) for event in EVENTS]

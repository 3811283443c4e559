"""Hears passkeys.changed from identity: another way into the access is there, or is gone."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import telling
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent
from notifications_service.usecases.plan_notice import plan_notice

EVENTS = ("passkeys.changed.v1",)


class ChangedPasskeys(MemberEvent):
    """What notifications reads of a passkey that was added or removed."""

    change_id: UUID
    changed_at: datetime
    change: Literal["added", "removed"]
    email: Personal | None = None


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription."""
    return [telling(notifications, event, ChangedPasskeys, _tell) for event in EVENTS]


async def _tell(notifications: Notifications, connection: Connection, change: ChangedPasskeys) -> None:
    await plan_notice(notifications, connection, "passkeys_changed", change, to=change.email)

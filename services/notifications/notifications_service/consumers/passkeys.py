"""Hears passkeys.changed from identity: another way into the access is there, or is gone."""

from datetime import datetime
from functools import partial
from typing import Literal
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import EventContext, Subscription

from notifications_service.domain.message_kinds import MAILS
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent, plan_message

EVENTS = ("passkeys.changed.v1",)


class ChangedPasskeys(MemberEvent):
    """What notifications reads of a passkey that was added or removed."""

    change_id: UUID
    changed_at: datetime
    change: Literal["added", "removed"]
    email: Personal | None = None


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription, which wakes the loop that sends."""
    wake = notifications.mail_due
    return [Subscription(event, ChangedPasskeys, partial(_hear, notifications), wake) for event in EVENTS]


async def _hear(
    notifications: Notifications, connection: Connection, change: ChangedPasskeys, _context: EventContext
) -> None:
    await plan_message(notifications, connection, MAILS["passkeys_changed"], change, now=notifications.now())

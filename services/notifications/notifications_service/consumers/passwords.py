"""Hears password.changed from identity: the member is told by every way that is known."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import telling
from notifications_service.domain.message_kinds import LETTERS, MAILS
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent, plan_message

EVENTS = ("password.changed.v1",)


class ChangedPassword(MemberEvent):
    """What notifications reads of a password that was chosen."""

    change_id: UUID
    changed_at: datetime
    way: Literal["mailed_link", "posted_code", "statement_identifier", "account"]
    by_post: bool
    passkeys: int = 0
    email: Personal | None = None


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription."""
    return [telling(notifications, event, ChangedPassword, _tell) for event in EVENTS]


async def _tell(notifications: Notifications, connection: Connection, change: ChangedPassword) -> None:
    now = notifications.now()
    await plan_message(notifications, connection, MAILS["password_changed"], change, now=now)
    if change.by_post:
        await plan_message(notifications, connection, LETTERS["password_changed_by_post"], change, now=now)

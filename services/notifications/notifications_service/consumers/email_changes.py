"""Hears email-change.requested and email.changed from identity: the new address and the former one are both told."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import by_mail, telling
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent

EVENTS = ("email-change.requested.v1", "email.changed.v1")

# What the present address is told, and the former one: with a link unless the former one must not put itself back.
_CHANGED = {
    True: by_mail("email_change_confirmed", "email_changed"),
    False: by_mail("email_change_confirmed", "email_removed"),
}
_UNDONE = by_mail("email_change_undone", "email_removed")


class RequestedEmailChange(MemberEvent):
    """What notifications reads of an address that is to be confirmed."""

    change_id: UUID
    expires_at: datetime
    email: Personal
    code: Personal


class ChangedEmail(MemberEvent):
    """What notifications reads of an address that was replaced, or put back."""

    change_id: UUID
    changed_at: datetime
    origin: Literal["member", "undone"]
    undo_until: datetime | None = None
    email: Personal | None = None
    former_email: Personal | None = None
    undo_token: Personal | None = None


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscriptions."""
    return [
        telling(notifications, "email-change.requested.v1", RequestedEmailChange, by_mail("email_change_code")),
        telling(notifications, "email.changed.v1", ChangedEmail, _tell_changed),
    ]


async def _tell_changed(notifications: Notifications, connection: Connection, change: ChangedEmail) -> None:
    tell = _UNDONE if change.origin == "undone" else _CHANGED[change.undo_token is not None]
    await tell(notifications, connection, change)

"""Hears email-change.requested and email.changed from identity: the new address and the former one are both told."""

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

EVENTS = ("email-change.requested.v1", "email.changed.v1")
# origin → the purposes of what the present and the former address are told
TOLD = {
    "member": ("email_change_confirmed", "email_changed"),
    "undone": ("email_change_undone", "email_removed"),
}


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
    """Return the subscriptions, which wake the loop that sends."""
    wake = notifications.mail_due
    return [
        Subscription("email-change.requested.v1", RequestedEmailChange, partial(_hear_request, notifications), wake),
        Subscription("email.changed.v1", ChangedEmail, partial(_hear_change, notifications), wake),
    ]


async def _hear_request(
    notifications: Notifications, connection: Connection, request: RequestedEmailChange, _context: EventContext
) -> None:
    await plan_message(notifications, connection, MAILS["email_change_code"], request, now=notifications.now())


async def _hear_change(
    notifications: Notifications, connection: Connection, change: ChangedEmail, _context: EventContext
) -> None:
    # A former address that must not put itself back is told without a link.
    without_link = change.origin == "member" and change.undo_token is None
    for purpose in ("email_change_confirmed", "email_removed") if without_link else TOLD[change.origin]:
        await plan_message(notifications, connection, MAILS[purpose], change, now=notifications.now())

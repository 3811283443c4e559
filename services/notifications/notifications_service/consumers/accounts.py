"""Hears account.created and account.locked from identity: an access is there, or its password opens it no more."""

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

EVENTS = ("account.created.v1", "account.locked.v1")


class CreatedAccount(MemberEvent):
    """What notifications reads of a new access; one that came by itself brings the link to choose a password."""

    creation_id: UUID
    created_at: datetime
    origin: Literal["automatic", "member"]
    expires_at: datetime | None = None
    email: Personal
    token: Personal | None = None


class LockedAccount(MemberEvent):
    """What notifications reads of an access that was locked."""

    lock_id: UUID
    locked_at: datetime
    email: Personal | None = None


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscriptions, which wake the loop that sends."""
    wake = notifications.mail_due
    return [
        Subscription("account.created.v1", CreatedAccount, partial(_hear_created, notifications), wake),
        Subscription("account.locked.v1", LockedAccount, partial(_hear_locked, notifications), wake),
    ]


async def _hear_created(
    notifications: Notifications, connection: Connection, account: CreatedAccount, _context: EventContext
) -> None:
    kind = MAILS["welcome" if account.origin == "automatic" else "account_created"]
    await plan_message(notifications, connection, kind, account, now=notifications.now())


async def _hear_locked(
    notifications: Notifications, connection: Connection, account: LockedAccount, _context: EventContext
) -> None:
    await plan_message(notifications, connection, MAILS["account_locked"], account, now=notifications.now())

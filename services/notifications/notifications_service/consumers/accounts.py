"""Hears account.created and account.locked from identity: an access is there, or its password opens it no more."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import by_mail, telling
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent

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
    """Return the subscriptions."""
    return [
        telling(notifications, "account.created.v1", CreatedAccount, _tell_created),
        telling(notifications, "account.locked.v1", LockedAccount, by_mail("account_locked")),
    ]


async def _tell_created(notifications: Notifications, connection: Connection, account: CreatedAccount) -> None:
    tell = by_mail("welcome" if account.origin == "automatic" else "account_created")
    await tell(notifications, connection, account)

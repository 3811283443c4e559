"""Subscriptions of events that each tell a member something: by mail alone, or as a notice that becomes a letter without one."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from service_kit.database import Connection
from service_kit.subscriptions import EventContext, Reader, Subscription

from notifications_service.domain.message_kinds import MAILS, Purpose
from notifications_service.resources import Notifications
from notifications_service.usecases.keep_recipient import known_email
from notifications_service.usecases.plan_message import MemberEvent, plan_message
from notifications_service.usecases.plan_notice import plan_notice

# What is done about an event; whatever it plans is planned in the inbox's transaction.
Tell = Callable[[Notifications, Connection, Any], Awaitable[None]]


def telling(notifications: Notifications, event_type: str, reader: type[Reader], tell: Tell) -> Subscription:
    """Return the subscription of an event; it wakes the loop that sends. Letters are collected at their loop's next poll."""
    return Subscription(event_type, reader, partial(_hear, notifications, tell), notifications.mail_due)


async def _hear(
    notifications: Notifications, tell: Tell, connection: Connection, event: Reader, _context: EventContext
) -> None:
    await tell(notifications, connection, event)


def by_mail(*purposes: Purpose) -> Tell:
    """Tell by mail, to the addresses that the event names."""

    async def tell(notifications: Notifications, connection: Connection, event: MemberEvent) -> None:
        for purpose in purposes:
            await plan_message(notifications, connection, MAILS[purpose], event, now=notifications.now())

    return tell


def by_notice(purpose: Purpose) -> Tell:
    """Tell at the e-mail address that contracts knows of the member, or else by letter."""

    async def tell(notifications: Notifications, connection: Connection, event: MemberEvent) -> None:
        to = await known_email(notifications, connection, event.brand, event.member_id)
        await plan_notice(notifications, connection, purpose, event, to=to)

    return tell

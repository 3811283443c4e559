"""Hears letter.required from identity: a letter with a one-time code is due."""

from datetime import datetime
from functools import partial
from typing import Literal
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import EventContext, Subscription

from notifications_service.domain.message_kinds import LETTERS
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent, plan_message

EVENTS = ("letter.required.v1",)


class RequiredLetter(MemberEvent):
    """What notifications reads of a letter to print: the code arrives sealed and is stored sealed."""

    letter_id: UUID
    purpose: Literal["posted_code"]
    expires_at: datetime
    code: Personal


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription, which wakes the loop that prints."""
    wake = notifications.letter_due
    return [Subscription(event, RequiredLetter, partial(_hear, notifications), wake) for event in EVENTS]


async def _hear(
    notifications: Notifications, connection: Connection, letter: RequiredLetter, _context: EventContext
) -> None:
    await plan_message(notifications, connection, LETTERS[letter.purpose], letter, now=notifications.now())

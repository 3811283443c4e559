"""Somebody must be told something: a mail or a letter is due. Writes deliveries, in the consumer's transaction.

What is told, by which fields of the event, is the table of `domain.message_kinds`.
"""

from datetime import datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.problems import FinalEventError
from service_kit.subscriptions import Reader

from notifications_service.domain.message_content import ContentMissing, MessageContent
from notifications_service.domain.message_kinds import INSTEAD, MessageKind
from notifications_service.resources import Notifications
from notifications_service.store import deliveries
from notifications_service.usecases.draft_message import Occasion, all_email_digests, draft_message
from notifications_service.usecases.fail_suppressed import fail_suppressed, is_suppressed


class MemberEvent(Reader):
    """What notifications reads of every event that a member is told about."""

    member_id: UUID
    brand: str


async def plan_message(
    notifications: Notifications,
    connection: Connection,
    kind: MessageKind,
    event: MemberEvent,
    *,
    now: datetime,
    to: Personal | None = None,
) -> None:
    """Plan a message of `kind`, to the address `to` where the event does not tell it; one that is planned is left as it is.

    A mail without an address is none: nobody can be told that way. One to an address at which nothing arrives becomes a letter
    where one says the same, and fails otherwise. Raises FinalEventError for an unknown brand, and for a
    secret of which nobody says when it expires; ContentMissing where the event lacks what the words need.
    """
    if event.brand not in notifications.brands:
        raise FinalEventError
    told = {name: getattr(event, field) for name, field in kind.content.items()}
    content = MessageContent.model_validate(told if to is None else told | {"email": to})
    if content.email is None and kind.channel == "email":
        return
    _check_whole(kind, content)
    occasion = _occasion(kind, event)
    if kind.channel == "email" and await no_mail_arrives(notifications, connection, event.brand, content.email):
        await _plan_otherwise(notifications, connection, kind, occasion, content, now=now)
    else:
        await deliveries.plan(connection, draft_message(notifications, kind, occasion, content, now=now))


async def no_mail_arrives(
    notifications: Notifications, connection: Connection, brand: str, email: Personal | None
) -> bool:
    """Tell whether there is no address, or nothing would arrive there."""
    if email is None:
        return True
    return await is_suppressed(connection, brand, digests=all_email_digests(notifications, brand, email))


async def _plan_otherwise(
    notifications: Notifications,
    connection: Connection,
    kind: MessageKind,
    occasion: Occasion,
    content: MessageContent,
    *,
    now: datetime,
) -> None:
    letter = INSTEAD.get(kind.purpose)
    if letter is None:
        mail = draft_message(notifications, kind, occasion, content, now=now)
        await fail_suppressed(notifications, connection, mail, now=now)
    else:
        said = content.only(letter.said_after_mail)
        await deliveries.plan(connection, draft_message(notifications, letter, occasion, said, now=now))


def _check_whole(kind: MessageKind, content: MessageContent) -> None:
    missing = [kind.content[name] for name in sorted(kind.required) if getattr(content, name) is None]
    if missing:
        raise ContentMissing(missing)


def _occasion(kind: MessageKind, event: MemberEvent) -> Occasion:
    expires_at: datetime | None = getattr(event, kind.expires) if kind.expires else None
    subject_id: UUID | None = getattr(event, kind.subject) if kind.subject else None
    return Occasion(event.brand, event.member_id, getattr(event, kind.cause), expires_at, subject_id)

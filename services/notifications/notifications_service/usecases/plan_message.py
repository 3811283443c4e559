"""Somebody must be told something: a mail or a letter is due. Writes deliveries, in the consumer's transaction.

What is told, by which fields of the event, is the table of `domain.message_kinds`.
"""

from datetime import datetime, timedelta
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.problems import FinalEventError
from service_kit.subscriptions import Reader
from service_kit.tracing import current_traceparent

from notifications_service.channels.email_message import message_id_of
from notifications_service.domain.letter_promise import promised_until
from notifications_service.domain.mail_address import masked
from notifications_service.domain.mail_course import LETTER_MARGIN, MAIL_MARGIN, give_up_at
from notifications_service.domain.message_content import ContentMissing, MessageContent
from notifications_service.domain.message_kinds import LETTERS, NOTICE_LIFE, Channel, MessageKind
from notifications_service.resources import Notifications
from notifications_service.store import deliveries
from notifications_service.store.deliveries import NewDelivery
from notifications_service.usecases.fail_suppressed import fail_suppressed, is_suppressed

MARGINS: dict[Channel, timedelta] = {"email": MAIL_MARGIN, "letter": LETTER_MARGIN}


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
    if content.email is not None or kind.channel == "letter":
        _check_whole(kind, content)
        is_lost = kind.channel == "email" and await no_mail_arrives(
            notifications, connection, event.brand, content.email
        )
        letter = LETTERS.get(kind.purpose) if is_lost else None
        delivery = _delivery(notifications, letter or kind, event, content, now=now)
        if is_lost and letter is None:
            await fail_suppressed(notifications, connection, delivery, now=now)
        else:
            await deliveries.plan(connection, delivery)


async def no_mail_arrives(
    notifications: Notifications, connection: Connection, brand: str, email: Personal | None
) -> bool:
    """Tell whether there is no address, or nothing would arrive there."""
    if email is None:
        return True
    return await is_suppressed(connection, brand, digests=all_email_digests(notifications, brand, email))


def _check_whole(kind: MessageKind, content: MessageContent) -> None:
    missing = [kind.content[name] for name in sorted(kind.required) if getattr(content, name) is None]
    if missing:
        raise ContentMissing(missing)


def _delivery(
    notifications: Notifications, kind: MessageKind, event: MemberEvent, content: MessageContent, *, now: datetime
) -> NewDelivery:
    delivery_id = notifications.foundation.entropy.new_id()
    expires_at, no_use_from = _life(kind, event, content, now=now)
    sealed = notifications.contents.seal(content.model_dump_json(exclude_none=True).encode(), context=str(delivery_id))
    is_mail = kind.channel == "email"
    email = content.email if is_mail else None
    return NewDelivery(
        id=delivery_id,
        brand=event.brand,
        purpose=kind.purpose,
        channel=kind.channel,
        member_id=event.member_id,
        cause=getattr(event, kind.cause),
        created_at=now,
        expires_at=expires_at,
        give_up_at=no_use_from,
        message_id=message_id_of(delivery_id, notifications.brands[event.brand].message_id_domain) if is_mail else None,
        masked_address=None if email is None else masked(email.reveal()),
        content_sealed=sealed,
        traceparent=current_traceparent(),
        lane=kind.lane,
        promised_until=None if is_mail else promised_until(notifications.brands[event.brand].letters, now),
        address_digest=None if email is None else email_digest(notifications, event.brand, email),
    )


def email_digest(notifications: Notifications, brand: str, email: Personal) -> bytes:
    """Return the keyed digest by which a brand recognises an e-mail address, whatever its case."""
    return notifications.addresses.of(brand, _comparable(email))


def all_email_digests(notifications: Notifications, brand: str, email: Personal) -> list[bytes]:
    """Return the digests of an address under every key on the ring: what a look-up compares with."""
    return notifications.addresses.all_of(brand, _comparable(email))


def _comparable(email: Personal) -> str:
    return email.reveal().strip().casefold()


def _life(
    kind: MessageKind, event: MemberEvent, content: MessageContent, *, now: datetime
) -> tuple[datetime, datetime]:
    """Return when a message's secret expires, and from when on it is of no more use to send it."""
    if not content.holds_a_secret:
        end = now + NOTICE_LIFE[kind.channel]
        return end, end
    expires_at: datetime | None = getattr(event, kind.expires) if kind.expires else None
    if expires_at is None:
        raise FinalEventError
    return expires_at, give_up_at(now, expires_at, margin=MARGINS[kind.channel])

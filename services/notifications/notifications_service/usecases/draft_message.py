"""A message is drafted: the row to plan for it, its content sealed. Writes nothing.

Place in the flow: `plan_message` drafts what an event tells, `replace_by_letter` and `tell_unreachable` what a mail could not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from service_kit.personal import Personal
from service_kit.problems import FinalEventError
from service_kit.tracing import current_traceparent

from notifications_service.channels.email_message import message_id_of
from notifications_service.domain.letter_promise import promised_until
from notifications_service.domain.mail_address import masked
from notifications_service.domain.mail_course import LETTER_MARGIN, MAIL_MARGIN, give_up_at
from notifications_service.domain.message_content import MessageContent
from notifications_service.domain.message_kinds import NOTICE_LIFE, Channel, MessageKind
from notifications_service.resources import Notifications
from notifications_service.store.deliveries import NewDelivery

MARGINS: dict[Channel, timedelta] = {"email": MAIL_MARGIN, "letter": LETTER_MARGIN}


@dataclass(frozen=True)
class Occasion:
    """Who is to be told, and of what; `secret_expires_at` is of what the message brings."""

    brand: str
    member_id: UUID
    cause: UUID
    secret_expires_at: datetime | None = None
    subject_id: UUID | None = None  # what the message is about, where other news may stop it


def draft_message(
    notifications: Notifications, kind: MessageKind, occasion: Occasion, content: MessageContent, *, now: datetime
) -> NewDelivery:
    """Return the row of a message of `kind`; raise FinalEventError for a secret of which nobody says when it expires."""
    delivery_id = notifications.foundation.entropy.new_id()
    brand = notifications.brands[occasion.brand]
    expires_at, no_use_from = _life(kind, occasion, content, now=now)
    is_mail = kind.channel == "email"
    email = content.email if is_mail else None
    return NewDelivery(
        id=delivery_id,
        brand=occasion.brand,
        purpose=kind.purpose,
        channel=kind.channel,
        member_id=occasion.member_id,
        cause=occasion.cause,
        created_at=now,
        expires_at=expires_at,
        give_up_at=no_use_from,
        message_id=message_id_of(delivery_id, brand.message_id_domain) if is_mail else None,
        masked_address=None if email is None else masked(email.reveal()),
        content_sealed=seal_content(notifications, delivery_id, content),
        traceparent=current_traceparent(),
        lane=kind.lane,
        promised_until=None if is_mail else promised_until(brand.letters, now),
        address_digest=None if email is None else email_digest(notifications, occasion.brand, email),
        document_id=None if content.attachment is None else content.attachment.document_id,
        subject_id=occasion.subject_id,
    )


def seal_content(notifications: Notifications, delivery_id: UUID, content: MessageContent) -> bytes:
    """Return what a row keeps of its content until it has gone."""
    return notifications.contents.seal(content.model_dump_json(exclude_none=True).encode(), context=str(delivery_id))


def email_digest(notifications: Notifications, brand: str, email: Personal) -> bytes:
    """Return the keyed digest by which a brand recognises an e-mail address, whatever its case."""
    return notifications.addresses.of(brand, _comparable(email))


def all_email_digests(notifications: Notifications, brand: str, email: Personal) -> list[bytes]:
    """Return the digests of an address under every key on the ring: what a look-up compares with."""
    return notifications.addresses.all_of(brand, _comparable(email))


def _comparable(email: Personal) -> str:
    return email.reveal().strip().casefold()


def _life(
    kind: MessageKind, occasion: Occasion, content: MessageContent, *, now: datetime
) -> tuple[datetime, datetime]:
    """Return when a message's secret expires, and from when on it is of no more use to send it."""
    if not content.holds_a_secret:
        end = now + NOTICE_LIFE[kind.channel]
        return end, end
    expires_at = occasion.secret_expires_at
    if expires_at is None:
        raise FinalEventError
    return expires_at, give_up_at(now, expires_at, margin=MARGINS[kind.channel])

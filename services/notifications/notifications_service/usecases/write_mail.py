"""Turns a claimed delivery into a mail: opens what is sealed, fills in its purpose's template, addresses it."""

from typing import Any

import structlog
from pydantic import ValidationError
from service_kit.key_rings import Digests, KeyRingUnusable

from notifications_service.channels.email_message import MailHead, mail_bytes, return_path_of
from notifications_service.channels.smtp_session import OutgoingMail
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.french_dates import moment_in_words
from notifications_service.domain.mail_address import AddressUnusable, MailAddress, hint_at
from notifications_service.domain.message_kinds import MAILS, MessageKind
from notifications_service.domain.password_ways import WAYS
from notifications_service.domain.postal_capitals import printable_words
from notifications_service.resources import Notifications
from notifications_service.store.due_mails import DueMail
from notifications_service.usecases.keep_recipient import open_recipient
from notifications_service.usecases.plan_message import MessageContent

GREETING = "Bonjour"
SIGNATURE_DIGITS = 16
LONGEST_DEVICE = 60  # characters: a device's name is no place for a message

log = structlog.get_logger()


def write_mail(notifications: Notifications, mail: DueMail) -> OutgoingMail:
    """Return the mail as the relay gets it; raise AddressUnusable, or KeyRingUnusable when its content does not open."""
    kind, brand = MAILS[mail.purpose], notifications.brands[mail.brand]
    content = MessageContent.model_validate_json(notifications.contents.open(mail.content_sealed, context=str(mail.id)))
    if content.email is None:
        raise AddressUnusable
    recipient = MailAddress.parse(content.email.reveal())
    rendered = notifications.templates.render(mail.purpose, _values(notifications, mail, kind, content))
    head = MailHead(mail.id, mail.message_id, mail.created_at, brand, recipient)
    signature = return_path_signature(notifications.return_paths, str(mail.id))
    return OutgoingMail(
        sender=return_path_of(mail.id, signature, brand.message_id_domain),
        recipient=recipient.text,
        content=mail_bytes(head, rendered),
        needs_smtputf8=recipient.needs_smtputf8,
    )


def return_path_signature(digests: Digests, delivery_id: str) -> str:
    """Return the 16 hexadecimal digits that prove that we wrote a return path: a forged bounce does not have them."""
    return digests.of(delivery_id).hex()[:SIGNATURE_DIGITS]


def _values(notifications: Notifications, mail: DueMail, kind: MessageKind, content: MessageContent) -> dict[str, Any]:
    """Return what the template may show; what the message does not have is left out, so that asking for it is an error."""
    brand, public_url = notifications.brands[mail.brand], notifications.settings.public_url
    values = {
        "brand": brand,
        "greeting": _greeting(notifications, mail) if kind.by_name else GREETING,
        "sign_in_link": brand.link(public_url, brand.sign_in_path),
        "valid_until": moment_in_words(mail.expires_at) if content.holds_a_secret else None,
        "link": content.token and _link(brand, public_url, kind, content.token.reveal()),
        "code": content.code and content.code.reveal(),
        "moment": content.moment and moment_in_words(content.moment),
        "device": content.device and printable_words(content.device)[:LONGEST_DEVICE],
        "way": content.way and WAYS[content.way],
        "change": content.change,
        "passkeys": content.passkeys,
        "other_email": content.other_email and hint_at(content.other_email.reveal()),
    }
    return {name: value for name, value in values.items() if value is not None}


def _link(brand: BrandSender, public_url: str | None, kind: MessageKind, token: str) -> str:
    if kind.link_path is None:
        raise ValueError(f"{kind.purpose}: no page takes its token")
    return brand.link(public_url, getattr(brand, kind.link_path), token)


def _greeting(notifications: Notifications, mail: DueMail) -> str:
    # The projection may lag behind, or be damaged: a mail does not wait for a name.
    if mail.person_sealed is None:
        return GREETING
    try:
        return open_recipient(notifications, mail.member_id, mail.person_sealed).greeting()
    except (KeyRingUnusable, ValidationError) as error:
        log.error("recipient_not_readable", delivery_id=str(mail.id), error=type(error).__name__)
        return GREETING

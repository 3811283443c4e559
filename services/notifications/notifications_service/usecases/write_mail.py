"""Turns a claimed delivery into a mail: opens what is sealed, fills in its purpose's template, addresses it."""

import structlog
from pydantic import ValidationError
from service_kit.key_rings import KeyRingUnusable

from notifications_service.channels.dkim_signature import signed
from notifications_service.channels.email_message import Attachment, MailHead, mail_bytes
from notifications_service.channels.smtp_session import OutgoingMail
from notifications_service.domain.mail_address import AddressUnusable, MailAddress
from notifications_service.domain.message_content import MessageContent
from notifications_service.domain.message_kinds import MAILS
from notifications_service.domain.return_path import return_path_of
from notifications_service.rendering.mail_words import GREETING, AroundMail, mail_words
from notifications_service.resources import Notifications
from notifications_service.store.due_mails import DueMail
from notifications_service.usecases.keep_recipient import open_recipient

log = structlog.get_logger()


def write_mail(notifications: Notifications, mail: DueMail) -> OutgoingMail:
    """Return the mail as the relay gets it; raise AddressUnusable, or KeyRingUnusable when its content does not open."""
    kind, brand = MAILS[mail.purpose], notifications.brands[mail.brand]
    content = MessageContent.model_validate_json(notifications.contents.open(mail.content_sealed, context=str(mail.id)))
    if content.email is None:
        raise AddressUnusable
    recipient = MailAddress.parse(content.email.reveal())
    greeting = _greeting(notifications, mail) if kind.by_name else GREETING
    around = AroundMail(brand, notifications.settings.public_url, greeting, mail.expires_at)
    rendered = notifications.templates.render(mail.brand, mail.purpose, mail_words(kind, content, around))
    head = MailHead(mail.id, mail.message_id, mail.created_at, brand, recipient, kind.can_be_declined)
    keys = notifications.dkim.of(brand.sender_domain)
    written = mail_bytes(head, rendered, _attached(content))
    return OutgoingMail(
        sender=return_path_of(notifications.return_paths, mail.id, brand.bounce_domain),
        recipient=recipient.text,
        content=signed(written, keys, domain=brand.sender_domain, signed_at=mail.created_at),
        needs_smtputf8=recipient.needs_smtputf8,
    )


def _attached(content: MessageContent) -> Attachment | None:
    document = content.attachment
    return None if document is None else Attachment(document.file_name, document.pdf)


def _greeting(notifications: Notifications, mail: DueMail) -> str:
    # The projection may lag behind, or be damaged: a mail does not wait for a name.
    if mail.person_sealed is None:
        return GREETING
    try:
        return open_recipient(notifications, mail.member_id, mail.person_sealed).greeting()
    except (KeyRingUnusable, ValidationError) as error:
        log.error("recipient_not_readable", delivery_id=str(mail.id), error=type(error).__name__)
        return GREETING

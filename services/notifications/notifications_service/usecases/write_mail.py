"""Turns a claimed delivery into a mail: opens its secret, fills in its purpose's template, addresses it."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from pydantic import ValidationError
from service_kit.key_rings import Digests, KeyRingUnusable

from notifications_service.channels.email_message import MailHead, mail_bytes, return_path_of
from notifications_service.channels.smtp_session import OutgoingMail
from notifications_service.domain.french_dates import moment_in_words
from notifications_service.domain.mail_address import MailAddress
from notifications_service.resources import Notifications
from notifications_service.store.due_mails import DueMail
from notifications_service.usecases import plan_reset_mail
from notifications_service.usecases.keep_recipient import open_recipient
from notifications_service.usecases.plan_reset_mail import ResetMailContent

GREETING = "Bonjour"
SIGNATURE_DIGITS = 16

log = structlog.get_logger()

Write = Callable[[Notifications, DueMail, bytes], tuple[str, Mapping[str, Any]]]


def write_mail(notifications: Notifications, mail: DueMail) -> OutgoingMail:
    """Return the mail as the relay gets it; raise AddressUnusable, or KeyRingUnusable when the secret does not open."""
    content = notifications.contents.open(mail.content_sealed, context=str(mail.id))
    email, values = _WRITERS[mail.purpose](notifications, mail, content)
    brand, recipient = notifications.brands[mail.brand], MailAddress.parse(email)
    rendered = notifications.templates.render(
        mail.purpose, {"brand": brand, "greeting": _greeting(notifications, mail), **values}
    )
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


def _reset_mail(notifications: Notifications, mail: DueMail, content: bytes) -> tuple[str, Mapping[str, Any]]:
    secret = ResetMailContent.model_validate_json(content)
    brand, public_url = notifications.brands[mail.brand], notifications.settings.public_url
    return secret.email.reveal(), {
        "link": brand.link(public_url, brand.reset_path, secret.token.reveal()),
        "valid_until": moment_in_words(mail.expires_at),
    }


def _greeting(notifications: Notifications, mail: DueMail) -> str:
    # The projection may lag behind, or be damaged: a mail does not wait for a name.
    if mail.person_sealed is None:
        return GREETING
    try:
        return open_recipient(notifications, mail.member_id, mail.person_sealed).greeting()
    except (KeyRingUnusable, ValidationError) as error:
        log.error("recipient_not_readable", delivery_id=str(mail.id), error=type(error).__name__)
        return GREETING


_WRITERS: dict[str, Write] = {plan_reset_mail.PURPOSE: _reset_mail}

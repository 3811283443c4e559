"""What the template of a mail may show: the same for a member's mail, a preview and a check at start."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service_kit.french_dates import moment_in_words

from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.message_content import MessageContent
from notifications_service.domain.message_kinds import MessageKind
from notifications_service.rendering.message_words import message_words

GREETING = "Bonjour"  # without a name


@dataclass(frozen=True)
class AroundMail:
    """What a mail says that the event does not tell."""

    brand: BrandSender
    public_url: str | None
    greeting: str
    expires_at: datetime


def mail_words(kind: MessageKind, content: MessageContent, around: AroundMail) -> Mapping[str, Any]:
    """Return what the template may show; what the message does not have is left out, so that asking for it is an error."""
    brand = around.brand
    values = {
        "brand": brand,
        "greeting": around.greeting,
        "sign_in_link": brand.link(around.public_url, brand.sign_in_path),
        "valid_until": moment_in_words(around.expires_at) if content.holds_a_secret else None,
        "link": content.token and _link(kind, around, content.token.reveal()),
        "code": content.code and content.code.reveal(),
    }
    return message_words(content, brand) | {name: value for name, value in values.items() if value is not None}


def _link(kind: MessageKind, around: AroundMail, token: str) -> str:
    if kind.link_path is None:
        raise ValueError(f"{kind.purpose}: no page takes its token")
    return around.brand.link(around.public_url, getattr(around.brand, kind.link_path), token)

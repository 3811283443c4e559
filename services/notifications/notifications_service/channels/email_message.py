"""Turns what a member reads into the bytes of a mail.

The same delivery gives the same bytes at every attempt, so that a second copy is recognised as one.
"""

import binascii
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from uuid import UUID

from notifications_service.channels.mail_templates import RenderedMail
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.mail_address import MailAddress

LANGUAGE = "fr"


@dataclass(frozen=True)
class MailHead:
    """What the head of a mail says beside its subject."""

    delivery_id: UUID
    message_id: str
    written_at: datetime
    sender: BrandSender
    recipient: MailAddress


def message_id_of(delivery_id: UUID, domain: str) -> str:
    """Return the Message-ID of a delivery (RFC 5322, 3.6.4): the same at every attempt."""
    return f"<{delivery_id}@{domain}>"


def return_path_of(delivery_id: UUID, signature: str, domain: str) -> str:
    """Return the envelope's sender, which names the delivery (VERP); the signature keeps bounces from being forged."""
    return f"bounces+{delivery_id}.{signature}@{domain}"


def mail_bytes(head: MailHead, mail: RenderedMail) -> bytes:
    """Return the mail: headers by the standard library's SMTP policy, two quoted-printable parts, plain text first.

    All ASCII, but for an address that cannot be (RFC 6532).
    """
    sender, boundary = head.sender, head.delivery_id.hex[:24]
    parts = b"".join(_part(boundary, kind, text) for kind, text in (("plain", mail.text), ("html", mail.html)))
    return b"".join(
        (
            _folded("From", sender.sender_address, of=sender.sender_name),
            _folded("Reply-To", sender.reply_to, of=sender.sender_name),
            _line("To", str(Address(username=head.recipient.local_part, domain=head.recipient.domain))),
            _folded("Subject", mail.subject),
            _line("Date", format_datetime(head.written_at)),
            _line("Message-ID", head.message_id),
            _line("Auto-Submitted", "auto-generated"),  # RFC 3834: holiday notices do not answer it
            _line("Content-Language", LANGUAGE),
            _line("MIME-Version", "1.0"),
            _line("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
            b"\r\n",
            parts,
            f"--{boundary}--\r\n".encode(),
        )
    )


@lru_cache(maxsize=128)
def _folded(name: str, value: str, *, of: str | None = None) -> bytes:
    # Parsing and folding costs more than all the rest of a mail, and a brand's headers are always the same.
    return SMTP.fold_binary(*SMTP.header_store_parse(name, value if of is None else Address(of, addr_spec=value)))


def _line(name: str, value: str) -> bytes:
    if not value.isprintable():
        raise ValueError(f"{name}: a header is one line")
    return f"{name}: {value}\r\n".encode()


def _part(boundary: str, kind: str, text: str) -> bytes:
    lines = "".join(f"{line}\r\n" for line in text.splitlines())
    head = f'--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable'
    # The last line break belongs to the boundary that follows (RFC 2046, 5.1.1).
    return b"\r\n\r\n".join((head.encode(), binascii.b2a_qp(lines.encode(), istext=True))) + b"\r\n"

"""Turns what a member reads into the bytes of a mail.

The same delivery gives the same bytes at every attempt, so that a second copy is recognised as one.
"""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.utils import format_datetime, formataddr
from functools import lru_cache
from urllib.parse import quote
from uuid import UUID

from notifications_service.channels.mail_templates import RenderedMail
from notifications_service.domain.brand_sender import BrandSender
from notifications_service.domain.mail_address import MailAddress

LANGUAGE = "fr"
DECLINE = "Plus d’annonces"  # the subject that a mail program writes for who declines
BASE64_LINE = 76  # characters (RFC 2045, 6.8)
ENCODED_LINE = 72  # characters: no line becomes longer than the 76 of RFC 2047, 2 (Header counts a few too few)


@dataclass(frozen=True)
class MailHead:
    """What the head of a mail says beside its subject."""

    delivery_id: UUID
    message_id: str
    written_at: datetime
    sender: BrandSender
    recipient: MailAddress
    can_be_declined: bool = False


@dataclass(frozen=True)
class Attachment:
    """A PDF that goes with a mail, under a French name."""

    file_name: str
    pdf: bytes = field(repr=False)


def message_id_of(delivery_id: UUID, domain: str) -> str:
    """Return the Message-ID of a delivery (RFC 5322, 3.6.4): the same at every attempt."""
    return f"<{delivery_id}@{domain}>"


def mail_bytes(head: MailHead, mail: RenderedMail, attachment: Attachment | None = None) -> bytes:
    """Return the mail: headers in encoded words, two quoted-printable parts, plain text first; around them what is attached.

    All ASCII, but for an address that cannot be (RFC 6532).
    """
    sender, boundary = head.sender, head.delivery_id.hex[:24]
    content_type, body = _words_of(mail, boundary)
    if attachment is not None:
        content_type, body = _with_attachment(f"pdf-{boundary}", content_type, body, attachment)
    return b"".join(
        (
            _mailbox("From", sender.sender_name, sender.sender_address),
            _mailbox("Reply-To", sender.sender_name, sender.reply_to),
            _line("To", str(Address(username=head.recipient.local_part, domain=head.recipient.domain))),
            b"Subject: " + _words("Subject", mail.subject) + b"\r\n",
            _line("Date", format_datetime(head.written_at)),
            _line("Message-ID", head.message_id),
            _line("Auto-Submitted", "auto-generated"),  # RFC 3834: holiday notices do not answer it
            _line("Content-Language", LANGUAGE),
            _how_to_decline(sender) if head.can_be_declined else b"",
            _line("MIME-Version", "1.0"),
            content_type,
            b"\r\n",
            body,
        )
    )


def _words_of(mail: RenderedMail, boundary: str) -> tuple[bytes, bytes]:
    """Return Content-Type and body of a mail's words."""
    parts = b"".join(_part(boundary, kind, text) for kind, text in (("plain", mail.text), ("html", mail.html)))
    return _line(
        "Content-Type", f'multipart/alternative; boundary="{boundary}"'
    ), parts + f"--{boundary}--\r\n".encode()


def _with_attachment(boundary: str, words_type: bytes, words: bytes, attachment: Attachment) -> tuple[bytes, bytes]:
    """Return Content-Type and body of a mail whose words come first, and then a PDF (RFC 2046, 5.1.3)."""
    head = b"".join(
        (
            _line("Content-Type", "application/pdf"),
            b"Content-Disposition: attachment;\r\n ",
            f"filename*=utf-8''{quote(attachment.file_name, safe='')}\r\n".encode(),  # RFC 2231, 4
            _line("Content-Transfer-Encoding", "base64"),
        )
    )
    body = b"".join(
        (
            f"--{boundary}\r\n".encode(),
            words_type,
            b"\r\n",
            words,
            f"--{boundary}\r\n".encode(),
            head,
            b"\r\n",
            _in_lines(attachment.pdf),
            f"--{boundary}--\r\n".encode(),
        )
    )
    return _line("Content-Type", f'multipart/mixed; boundary="{boundary}"'), body


def _in_lines(content: bytes) -> bytes:
    encoded = base64.b64encode(content)
    return b"".join(encoded[at : at + BASE64_LINE] + b"\r\n" for at in range(0, len(encoded), BASE64_LINE))


def _how_to_decline(sender: BrandSender) -> bytes:
    # A person reads it. Without a page that takes the wish there is no List-Unsubscribe-Post: it asks for https (RFC 8058).
    return _line("List-Unsubscribe", f"<mailto:{quote(sender.reply_to, safe='@')}?subject={quote(DECLINE)}>")


def _mailbox(name: str, who: str, address: str) -> bytes:
    written = Address(addr_spec=address).addr_spec
    if who.isascii():
        return _line(name, formataddr((who, written)))
    return b"".join((f"{name}: ".encode(), _words(name, who), f"\r\n <{written}>\r\n".encode()))


@lru_cache(maxsize=128)  # a brand's headers are always the same
def _words(name: str, text: str) -> bytes:
    """Return the text of a header: as it is when ASCII, otherwise in encoded words (RFC 2047).

    Not by the standard library's policies: where they fold, readers may lose the blank between two words.
    """
    if len(text.splitlines()) != 1:
        raise ValueError(f"{name}: a header is one line")
    if text.isascii():
        return text.encode()
    return Header(text, "utf-8", maxlinelen=ENCODED_LINE, header_name=name).encode(linesep="\r\n").encode()


def _line(name: str, value: str) -> bytes:
    if not value.isprintable():
        raise ValueError(f"{name}: a header is one line")
    return f"{name}: {value}\r\n".encode()


def _part(boundary: str, kind: str, text: str) -> bytes:
    lines = "".join(f"{line}\r\n" for line in text.splitlines())
    head = f'--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable'
    # The last line break belongs to the boundary that follows (RFC 2046, 5.1.1).
    return b"\r\n\r\n".join((head.encode(), binascii.b2a_qp(lines.encode(), istext=True))) + b"\r\n"

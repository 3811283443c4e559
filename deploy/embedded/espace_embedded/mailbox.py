"""The desk's mail server: takes mails, keeps them encrypted in the state directory, and lets them be read on a page.

It has a mailbox for everybody but those at UNKNOWN_DOMAIN: what is sent there comes back, as from an address that is gone.
"""

import asyncio
import email
import email.policy
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiosmtpd.smtp import SMTP, Envelope
from service_kit.key_rings import Cipher, KeyRing, KeyRingUnusable

KEPT = 20_000
UNKNOWN_DOMAIN = "inconnu.example.org"


@dataclass(frozen=True)
class Mail:
    """A mail as the desk shows it."""

    to: str
    sender: str
    subject: str
    text: str
    html: str
    sent_at: str

    def as_dict(self) -> dict[str, str]:
        """Return the JSON shape of /_desk/mails."""
        return {
            "to": self.to,
            "from": self.sender,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "sent_at": self.sent_at,
        }


class Mailbox:
    """All mails of an embedded space, oldest first."""

    def __init__(self, directory: Path, keys: KeyRing) -> None:
        self._directory, self._cipher = directory, Cipher(keys, "desk.mail")
        self._mails: list[Mail] = []
        for file in sorted(directory.glob("*.mail"))[-KEPT:]:
            try:
                self._mails.append(Mail(**json.loads(self._cipher.open(file.read_bytes(), context=file.stem))))
            except (KeyRingUnusable, ValueError, TypeError):
                continue  # a file cut short by a kill: the sender was not told 250

    def mails(self) -> list[Mail]:
        """Return the mails, oldest first."""
        return list(self._mails)

    def keep(self, mail: Mail) -> None:
        """Keep a mail, on disk first."""
        name = f"{mail.sent_at.replace(':', '')}-{uuid4().hex[:8]}"
        temporary = self._directory / f"{name}.new"
        temporary.write_bytes(self._cipher.seal(json.dumps(asdict(mail)).encode(), context=name))
        temporary.rename(self._directory / f"{name}.mail")
        self._mails.append(mail)
        del self._mails[:-KEPT]


class _Handler:
    """aiosmtpd's handler, which calls its methods by name."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.lower().endswith(f"@{UNKNOWN_DOMAIN}"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 known"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)  # text only with decode_data
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        text, html = message.get_body(("plain",)), message.get_body(("html",))
        for recipient in envelope.rcpt_tos:
            self._mailbox.keep(
                Mail(
                    to=recipient,
                    sender=str(message.get("From", "")),
                    subject=str(message.get("Subject", "")),
                    text=text.get_content() if text else "",
                    html=html.get_content() if html else "",
                    sent_at=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                )
            )
        return "250 2.0.0 kept"


@asynccontextmanager
async def mail_server(mailbox: Mailbox) -> AsyncIterator[str]:
    """Take mails on a free loopback port meanwhile; yield the address for NOTIFICATIONS_SMTP_URL."""
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(_Handler(mailbox), enable_SMTPUTF8=True, hostname="localhost", ident="desk"), "127.0.0.1", 0
    )
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()

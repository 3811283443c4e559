"""The desk's mail server: takes mails into the desk's mailbox, and behaves as the world does at three reserved domains.

| address at | what happens |
|---|---|
| `refused.example` | refused at once: 550 5.1.1, no such mailbox |
| `busy.example` | 451 during the minute after the first try, then taken |
| `bouncing.example` | taken, and reported as undeliverable some seconds later (RFC 3464) |
"""

import asyncio
import email
import email.policy
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import structlog
from aiosmtpd.smtp import SMTP, Envelope

from espace_embedded.delivery_reports import undeliverable
from espace_embedded.mailbox import Mail, Mailbox

REFUSED, BUSY, BOUNCING = "refused.example", "busy.example", "bouncing.example"
BUSY_SECONDS, REPORT_SECONDS = 60.0, 3.0
REPORT_TRIES, REPORT_PAUSE = 5, 2.0  # the services may still be starting

log = structlog.get_logger()


class DeskRelay:
    """aiosmtpd's handler, which calls its methods by name. `bounces` is the port on loopback that takes reports."""

    def __init__(self, mailbox: Mailbox, *, bounces: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._mailbox, self._bounces, self._clock = mailbox, bounces, clock
        self._first_tried: dict[str, float] = {}
        self._reports: set[asyncio.Task[None]] = set()

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer as the address's domain says."""
        domain = _domain(address)
        if domain == REFUSED:
            return "550 5.1.1 no such mailbox"
        if domain == BUSY and self._clock() < self._first_tried.setdefault(address, self._clock()) + BUSY_SECONDS:
            return "451 4.3.2 busy, try again in a minute"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 known"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        """Keep a mail, or report it later."""
        assert isinstance(envelope.content, bytes)  # text only with decode_data
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        for recipient in envelope.rcpt_tos:
            if _domain(recipient) == BOUNCING:
                self._report_later(envelope.mail_from or "", recipient, message)
            else:
                self._mailbox.keep(_mail(recipient, message))
        return "250 2.0.0 kept"

    async def close(self) -> None:
        """Forget the reports that were not sent yet."""
        for task in self._reports:
            task.cancel()
        await asyncio.gather(*self._reports, return_exceptions=True)

    def _report_later(self, return_path: str, recipient: str, message: EmailMessage) -> None:
        task = asyncio.create_task(self._report(return_path, recipient, message))
        self._reports.add(task)
        task.add_done_callback(self._reports.discard)

    async def _report(self, return_path: str, recipient: str, message: EmailMessage) -> None:
        report = undeliverable(message, return_path=return_path, recipient=recipient, now=datetime.now(UTC))
        await asyncio.sleep(REPORT_SECONDS)
        for _ in range(REPORT_TRIES):
            try:
                await aiosmtplib.send(
                    report,
                    sender="",
                    recipients=[return_path],
                    hostname="127.0.0.1",
                    port=self._bounces,
                    start_tls=False,
                )
            except (aiosmtplib.SMTPException, OSError) as error:
                log.warning("desk_report_not_taken", error=type(error).__name__)
                await asyncio.sleep(REPORT_PAUSE)
            else:
                return


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _mail(recipient: str, message: EmailMessage) -> Mail:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return Mail(
        to=recipient,
        sender=str(message.get("From", "")),
        subject=str(message.get("Subject", "")),
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
        sent_at=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    )


@asynccontextmanager
async def mail_server(mailbox: Mailbox, *, bounces: int) -> AsyncIterator[str]:
    """Take mails on a free loopback port meanwhile; yield the address for NOTIFICATIONS_SMTP_URL."""
    relay = DeskRelay(mailbox, bounces=bounces)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(relay, enable_SMTPUTF8=True, hostname="localhost", ident="desk"), "127.0.0.1", 0
    )
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await relay.close()
        await server.wait_closed()

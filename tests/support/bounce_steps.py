"""What servers send back to a return path, and the steps to have notifications hear it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any
from uuid import UUID

from notifications_service.channels.bounce_listener import BounceListener, ListenAt
from notifications_service.domain.return_path import return_path_of
from notifications_service.usecases.hear_bounce import hear_bounce, recognise_bounce

from tests.support.notifications_fixtures import RunningNotifications, reset_requested
from tests.support.smtp_server import ReceivedMail, RecordingSmtpServer


def delivery_report(
    status: str = "5.1.1", *, action: str = "failed", diagnostic: str = "smtp; 550 5.1.1 unknown", original: bytes = b""
) -> bytes:
    """Return a report such as Postfix writes (RFC 3464), with the mail that it is about."""
    return (
        f"""\
Return-Path: <>\r
Received: by mx.far.example (Postfix); Sat, 21 Nov 2026 10:00:02 +0100\r
From: MAILER-DAEMON@mx.far.example (Mail Delivery System)\r
Subject: Undelivered Mail Returned to Sender\r
To: bounces@mgas.example\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status;\r
\tboundary="AB12.34/mx.far.example"\r
\r
--AB12.34/mx.far.example\r
Content-Description: Notification\r
Content-Type: text/plain; charset=us-ascii\r
\r
I'm sorry to have to inform you that your message could not be delivered.\r
\r
--AB12.34/mx.far.example\r
Content-Description: Delivery report\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.far.example\r
Arrival-Date: Sat, 21 Nov 2026 10:00:01 +0100 (CET)\r
\r
Final-Recipient: rfc822; zoelig.nunez@example.org\r
Original-Recipient: rfc822;zoelig.nunez@example.org\r
Action: {action}\r
Status: {status}\r
Remote-MTA: dns; mx.example.org\r
Diagnostic-Code: {diagnostic}\r
\r
--AB12.34/mx.far.example\r
Content-Description: Undelivered Message\r
Content-Type: message/rfc822\r
\r
""".encode()
        + original
        + b"\r\n--AB12.34/mx.far.example--\r\n"
    )


@asynccontextmanager
async def listening(service: RunningNotifications, *, url: str = "smtp://127.0.0.1:0") -> AsyncIterator[BounceListener]:
    """Let notifications take what comes back, on a free port."""
    notifications = service.notifications
    async with BounceListener(
        ListenAt.read(url),
        hostname="bounces.test",
        recognise=partial(recognise_bounce, notifications),
        hear=partial(hear_bounce, notifications),
    ) as listener:
        yield listener


def return_path(service: RunningNotifications, delivery_id: UUID, *, brand: str = "mgas") -> str:
    """Return the address that mails of a delivery are sent from."""
    notifications = service.notifications
    return return_path_of(notifications.return_paths, delivery_id, notifications.brands[brand].bounce_domain)


async def sent_mail(
    service: RunningNotifications, relay: RecordingSmtpServer, **changes: Any
) -> tuple[Any, ReceivedMail]:
    """Have a reset mail sent; return its event and the mail."""
    event = reset_requested(**changes)
    await service.hear(event)
    await service.send_mails()
    return event, relay.mails[-1]


class Conversation:
    """A server far away that speaks to our listener, word by word."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def answer(self) -> str:
        """Return the next answer, its lines as one; empty where the listener has hung up."""
        lines: list[str] = []
        while not lines or lines[-1][3:4] == "-":
            line = (await asyncio.wait_for(self.reader.readline(), 10)).decode()
            if not line:
                break
            lines.append(line.strip())
        return " ".join(lines)

    async def say(self, line: str) -> str:
        """Send a command and return its answer."""
        return await self.send(line.encode() + b"\r\n")

    async def send(self, octets: bytes) -> str:
        """Send anything and return the next answer."""
        self.writer.write(octets)
        await self.writer.drain()
        return await self.answer()

    async def bring(self, address: str, content: bytes) -> int:
        """Bring one mail to an address; return the code of the last answer."""
        for line in ("MAIL FROM:<>", f"RCPT TO:<{address}>", "DATA"):
            code = int((await self.say(line))[:3])
            if code >= 400:
                return code
        dots = content.removesuffix(b"\r\n").replace(b"\r\n.", b"\r\n..")
        return int((await self.send(dots + b"\r\n.\r\n"))[:3])


@asynccontextmanager
async def conversation(
    listener: BounceListener, *, greeting: str = "EHLO mx.far.example"
) -> AsyncIterator[Conversation]:
    """Connect and greet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    try:
        spoken = Conversation(reader, writer)
        await spoken.answer()
        await spoken.say(greeting)
        yield spoken
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def send_back(listener: BounceListener, address: str, content: bytes, **greeting: str) -> int:
    """Send something to a return path as a server would; return the code of the last answer."""
    async with conversation(listener, **greeting) as spoken:
        return await spoken.bring(address, content)

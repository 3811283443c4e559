"""A mail relay that records what it is given and misbehaves on command: 4xx, 5xx, a dropped connection, slowness.

In the test's own loop: `async with RecordingSmtpServer() as smtp: …; await smtp.received(1)`.
In a process of its own, for fault and bench runs: `smtp_process`, or `python -m tests.support.smtp_server`.
"""

import argparse
import asyncio
import base64
import json
import ssl
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

ACCEPTED = "250 2.0.0 OK"
DROPPED = ""
"""Stands for an answer that never comes: the connection is dropped instead."""


@dataclass(frozen=True)
class ReceivedMail:
    sender: str
    """Of the envelope."""
    recipients: tuple[str, ...]
    raw: bytes
    received_at: datetime
    answered: bool
    """False where the connection was dropped after DATA: the sender cannot know that the mail arrived."""

    @property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


@dataclass
class _Refusal:
    answer: str
    recipient: str | None
    times: int | None

    def takes(self, recipients: list[str]) -> bool:
        """Tell whether it concerns one of these recipients and is not used up, and count this use."""
        if self.times == 0 or (self.recipient is not None and self.recipient not in recipients):
            return False
        if self.times is not None:
            self.times -= 1
        return True


class RecordingSmtpServer:
    """A relay on a free loopback port; used as an async context manager."""

    def __init__(
        self,
        *,
        port: int = 0,
        on_mail: Callable[[ReceivedMail], None] | None = None,
        smtputf8: bool = True,
        login: tuple[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.port = port
        self.login = login
        """The user name and password that it asks for before it takes a mail; it asks for none without."""
        self._smtputf8, self._tls = smtputf8, tls
        self.mails: list[ReceivedMail] = []
        self.slowness = 0.0
        """Seconds before each answer to DATA."""
        self._at_rcpt: list[_Refusal] = []
        self._at_data: list[_Refusal] = []
        self._on_mail = on_mail
        self._arrival = asyncio.Condition()
        self._sessions: set[SMTP] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(self._session, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.hang_up()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def refuse_recipients(self, answer: str, *, recipient: str | None = None, times: int | None = None) -> None:
        """Answer RCPT so (`451 4.7.1 later`, `550 5.1.1 unknown`): for one address or all, so often or always."""
        self._at_rcpt.append(_Refusal(answer, recipient, times))

    def refuse_mails(self, answer: str, *, recipient: str | None = None, times: int | None = None) -> None:
        """Answer so after DATA (`554 5.7.1 spam`), the mail not being kept."""
        self._at_data.append(_Refusal(answer, recipient, times))

    def drop_after_data(self, *, recipient: str | None = None, times: int | None = None) -> None:
        """Keep the mail and drop the connection without an answer."""
        self.refuse_mails(DROPPED, recipient=recipient, times=times)

    def behave(self) -> None:
        """Accept everything again, at once."""
        self._at_rcpt.clear()
        self._at_data.clear()
        self.slowness = 0.0

    def hang_up(self) -> None:
        """Drop every open connection, as a relay does with one that has been idle for long."""
        for session in self._sessions:
            _drop(session)

    async def received(self, count: int, *, seconds: float = 10.0) -> list[ReceivedMail]:
        """Wait until so many mails have come in all, and return all. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self._arrival:
            await self._arrival.wait_for(lambda: len(self.mails) >= count)
        return list(self.mails)

    def _session(self) -> SMTP:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS")  # it stays on loopback
            session = SMTP(
                self,
                enable_SMTPUTF8=self._smtputf8,
                loop=asyncio.get_running_loop(),
                hostname="relay.test",
                auth_required=self.login is not None,
                auth_require_tls=False,
                authenticator=self._authenticate,
                tls_context=self._tls,
                require_starttls=self._tls is not None,
            )
        self._sessions.add(session)
        return session

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        success = (given.login.decode(), given.password.decode()) == self.login
        return AuthResult(success=success, handled=False)

    # aiosmtpd calls these two by name.

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = next((refusal for refusal in self._at_rcpt if refusal.takes([address])), None)
        if refusal is not None:
            return refusal.answer
        envelope.rcpt_tos.append(address)
        return ACCEPTED

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.slowness)
        refusal = next((refusal for refusal in self._at_data if refusal.takes(envelope.rcpt_tos)), None)
        if refusal is not None and refusal.answer != DROPPED:
            return refusal.answer
        await self._keep(envelope, answered=refusal is None)
        if refusal is not None:
            _drop(server)
        return ACCEPTED

    async def _keep(self, envelope: Envelope, *, answered: bool) -> None:
        raw = envelope.original_content or b""
        recipients = tuple(envelope.rcpt_tos)
        mail = ReceivedMail(envelope.mail_from or "", recipients, raw, datetime.now(UTC), answered)
        if self._on_mail is not None:
            self._on_mail(mail)
        async with self._arrival:
            self.mails.append(mail)
            self._arrival.notify_all()


def _drop(session: SMTP) -> None:
    if isinstance(session.transport, asyncio.Transport):
        session.transport.abort()


def to_json(mail: ReceivedMail) -> str:
    """Return one line of a record: sender, recipients, raw (base64), received_at (RFC 3339), answered."""
    fields = {
        "sender": mail.sender,
        "recipients": mail.recipients,
        "raw": base64.b64encode(mail.raw).decode(),
        "received_at": mail.received_at.isoformat(),
        "answered": mail.answered,
    }
    return json.dumps(fields)


def from_json(line: str) -> ReceivedMail:
    fields = json.loads(line)
    return ReceivedMail(
        sender=fields["sender"],
        recipients=tuple(fields["recipients"]),
        raw=base64.b64decode(fields["raw"]),
        received_at=datetime.fromisoformat(fields["received_at"]),
        answered=fields["answered"],
    )


async def serve(*, port: int, record: Path, refusal: Path) -> None:
    """Record each mail as a line of a file; while the file `refusal` exists, its text answers every RCPT."""
    with record.open("a", buffering=1) as lines:
        async with _FileRefusedSmtpServer(port, refusal, lambda mail: print(to_json(mail), file=lines)) as relay:
            print(relay.port, flush=True)
            await asyncio.Event().wait()


class _FileRefusedSmtpServer(RecordingSmtpServer):
    def __init__(self, port: int, refusal: Path, on_mail: Callable[[ReceivedMail], None]) -> None:
        super().__init__(port=port, on_mail=on_mail)
        self._refusal = refusal

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._refusal.exists():
            return self._refusal.read_text()
        return await super().handle_RCPT(server, session, envelope, address, options)


def main() -> None:
    parser = argparse.ArgumentParser(description="Record mails as JSON lines; print the port first.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--record", type=Path, required=True)
    parser.add_argument("--refusal", type=Path, required=True, help="while it exists, its text answers every RCPT")
    arguments = parser.parse_args()
    asyncio.run(serve(port=arguments.port, record=arguments.record, refusal=arguments.refusal))


if __name__ == "__main__":
    main()

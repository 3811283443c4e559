"""One long-lived conversation with the mail relay, one mail at a time.

Place in the flow: `usecases/send_due_mails` hands over bytes, and gets back what the relay answered. Nothing is decided here.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
import structlog
from service_kit.clock import Clock

from notifications_service.domain.relay_answers import RelayAnswer, Stage

LOST = (
    aiosmtplib.SMTPException,
    OSError,
    EOFError,
)  # no answer came: SMTPException is the class of lost connections too
QUIT_SECONDS = 2.0
GO_ON = 354
WRITE_PAUSE = 0.01  # seconds between two looks whether the network has taken everything
_LEADING_DOT = re.compile(rb"\n\.")  # doubled on the way (RFC 5321, 4.5.2); a mail begins with a header

log = structlog.get_logger()


@dataclass(frozen=True)
class Relay:
    """Where mails are handed over, and how long its answers may take. Times in seconds."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls: bool
    starttls: bool | None  # None: where the relay offers it
    client_name: str | None
    answer_seconds: float
    data_seconds: float
    idle_seconds: float

    @classmethod
    def at(
        cls, url: str, *, client_name: str | None, answer_seconds: float, data_seconds: float, idle_seconds: float
    ) -> "Relay":
        """Read `smtp://user:password@host:port?starttls=required|offered|never`, or `smtps://…`; raise ValueError.

        Unless it is said otherwise, a password only travels encrypted, and mails are encrypted where the relay offers it.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("smtp://host:port or smtps://host:port is expected")
        options = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
        usual = "never" if parts.scheme == "smtps" else "required" if parts.username else "offered"
        starttls = options.pop("starttls", [usual])[0]
        if options or starttls not in _STARTTLS or (parts.scheme == "smtps" and starttls != "never"):
            raise ValueError("the only option is starttls=required|offered|never, on smtp:// only")
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if parts.scheme == "smtps" else 25),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=parts.scheme == "smtps",
            starttls=_STARTTLS[starttls],
            client_name=client_name,
            answer_seconds=answer_seconds,
            data_seconds=data_seconds,
            idle_seconds=idle_seconds,
        )


_STARTTLS = {"required": True, "offered": None, "never": False}


@dataclass(frozen=True)
class OutgoingMail:
    """A mail as the relay gets it: the envelope's two addresses, and the bytes, each of whose lines ends with CRLF."""

    sender: str
    recipient: str
    content: bytes
    needs_smtputf8: bool


class NeedsSmtpUtf8(Exception):
    """The address has letters beyond ASCII before its @, and the relay does not take such addresses."""


class LeaseGone(Exception):
    """Too little time was left: nothing was sent."""


class SmtpSession:
    """A conversation that is opened when it is needed and opened anew when it is stale."""

    def __init__(self, relay: Relay, clock: Clock) -> None:
        self._relay, self._clock = relay, clock
        self._client: aiosmtplib.SMTP | None = None
        self._last_used = clock.now()
        self._stage = Stage.CONNECT

    async def send(self, mail: OutgoingMail, *, may_still_send: Callable[[], bool]) -> RelayAnswer:
        """Send one mail and return the relay's answer.

        `may_still_send` is asked before DATA, and once more before the line that makes the mail the relay's. Raises NeedsSmtpUtf8
        and LeaseGone, in both cases with nothing sent.
        """
        reused = self._is_fresh()
        answer = await self._try(mail, may_still_send)
        if reused and _was_closed_meanwhile(answer):
            answer = await self._try(mail, may_still_send)  # the relay had hung up since the last mail
        self._last_used = self._clock.now()
        return answer

    async def reach(self) -> RelayAnswer | None:
        """Connect anew, and log in: return None when the relay would take a mail now, otherwise what it said instead."""
        await self.quit()
        self._stage = Stage.CONNECT
        try:
            await self._connected()
        except aiosmtplib.SMTPResponseException as refusal:
            self._drop()
            return RelayAnswer.of(self._stage, refusal.code, refusal.message)
        except LOST:
            self._drop()
            return RelayAnswer(self._stage, None)
        self._last_used = self._clock.now()
        return None

    async def quit(self) -> None:
        """Take leave politely, within two seconds."""
        if self._client is not None and self._client.is_connected:
            with suppress(*LOST):
                await self._client.quit(timeout=QUIT_SECONDS)
        self._drop()

    def _is_fresh(self) -> bool:
        idle = (self._clock.now() - self._last_used).total_seconds()
        return self._client is not None and self._client.is_connected and idle < self._relay.idle_seconds

    async def _try(self, mail: OutgoingMail, may_still_send: Callable[[], bool]) -> RelayAnswer:
        self._stage = Stage.CONNECT
        try:
            client = await self._connected()
            return await self._transfer(client, mail, may_still_send)
        except aiosmtplib.SMTPResponseException as refusal:
            await self._reset()
            return RelayAnswer.of(self._stage, refusal.code, refusal.message)
        except LOST as error:
            self._drop()
            log.warning("relay_did_not_answer", stage=self._stage.value, error=type(error).__name__)
            return RelayAnswer(self._stage, None, timed_out=isinstance(error, TimeoutError))
        except (LeaseGone, NeedsSmtpUtf8):
            await self._reset()
            raise
        except BaseException:
            self._drop()  # cancelled in the middle of a mail: the next one must not inherit what was said
            raise

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._is_fresh():
            return self._client
        await self.quit()
        relay = self._relay
        client = self._client = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            use_tls=relay.tls,
            start_tls=relay.starttls,
            local_hostname=relay.client_name,
            timeout=relay.answer_seconds,
        )
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        if relay.username is not None:
            self._stage = Stage.LOGIN
            await client.login(relay.username, relay.password or "")
        return client

    async def _transfer(
        self, client: aiosmtplib.SMTP, mail: OutgoingMail, may_still_send: Callable[[], bool]
    ) -> RelayAnswer:
        if mail.needs_smtputf8 and not client.supports_extension("smtputf8"):
            raise NeedsSmtpUtf8
        options, encoding = (["SMTPUTF8", "BODY=8BITMIME"], "utf-8") if mail.needs_smtputf8 else ([], "ascii")
        self._stage = Stage.SENDER
        await client.mail(mail.sender, options=options, encoding=encoding)
        self._stage = Stage.RECIPIENT
        await client.rcpt(mail.recipient, encoding=encoding)
        if not may_still_send():
            raise LeaseGone
        self._stage = Stage.CONTENT
        accepted = await self._give(client, mail.content, may_still_send)
        return RelayAnswer.of(self._stage, accepted.code, accepted.message)

    async def _give(
        self, client: aiosmtplib.SMTP, content: bytes, may_still_send: Callable[[], bool]
    ) -> aiosmtplib.SMTPResponse:
        # Not `client.data`, which ends the mail in one go: a process may freeze at any of these lines.
        seconds = self._relay.data_seconds
        answer = await client.execute_command(b"DATA", timeout=seconds)
        if answer.code != GO_ON:
            raise aiosmtplib.SMTPDataError(answer.code, answer.message)
        async with asyncio.timeout(seconds):
            await _write(client, _LEADING_DOT.sub(b"\n..", content))
        if not may_still_send():
            self._drop()  # without the last line there is no mail (RFC 5321, 4.1.1.4)
            raise LeaseGone
        return await client.execute_command(b".", timeout=seconds)

    async def _reset(self) -> None:
        try:
            if self._client is not None and self._client.is_connected:
                await self._client.rset()
        except LOST:
            self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


async def _write(client: aiosmtplib.SMTP, content: bytes) -> None:
    """Write lines and return when the network has them all. Raises SMTPServerDisconnected."""
    protocol, transport = client.protocol, client.transport
    if protocol is None or not isinstance(transport, asyncio.WriteTransport):
        raise aiosmtplib.SMTPServerDisconnected("Connection lost")
    protocol.write(content)
    while transport.get_write_buffer_size():  # noqa: ASYNC110 - a transport tells nobody when it has got rid of everything
        await asyncio.sleep(WRITE_PAUSE)


def _was_closed_meanwhile(answer: RelayAnswer) -> bool:
    return answer.stage is Stage.SENDER and answer.code in {None, 421}

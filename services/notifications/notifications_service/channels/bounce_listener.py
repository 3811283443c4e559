"""An SMTP or LMTP server that takes what comes back to our return paths, and nothing else.

Place in the flow: the worker runs it beside its loops; `usecases/hear_bounce` is told of each mail. It relays nothing: an address
that we have not sent from is refused, and a mail is taken only once what it says is noted. Size, time and number of
conversations are bounded.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

MOST_BYTES = 1024 * 1024  # of a mail; ours are small, and reports on them hardly larger
MOST_SESSIONS = 20
IDLE_SECONDS = 60.0  # for the next command, or a whole mail
SESSION_SECONDS = 600.0
MOST_COMMANDS = 1000  # of each kind in a session
LONGEST_LINE = 64 * 1024
STOP_SECONDS, MOMENT = 10.0, 0.05

log = structlog.get_logger()
# It warns in the words of whoever speaks, once for each line that they send.
logging.getLogger("mail.log").setLevel(logging.ERROR)

Recognise = Callable[[str], UUID | None]  # which delivery an address names; None for one that is not ours
Hear = Callable[[UUID, bytes], Awaitable[bool]]  # False: not now, the sender tries again


@dataclass(frozen=True)
class ListenAt:
    """Where to listen, and in which of the two protocols."""

    lmtp: bool
    host: str
    port: int

    @classmethod
    def read(cls, url: str) -> "ListenAt":
        """Read `smtp://host:port` or `lmtp://host:port`; raise ValueError. Port 0 is any free one."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "lmtp"} or not parts.hostname or parts.port is None:
            raise ValueError("smtp://host:port or lmtp://host:port is expected")
        if parts.username or parts.path.strip("/") or parts.query:
            raise ValueError("nothing but host and port is expected")
        return cls(parts.scheme == "lmtp", parts.hostname, parts.port)


class _Handler:
    """What aiosmtpd asks, by name, in one conversation."""

    def __init__(self, recognise: Recognise, hear: Hear) -> None:
        self._recognise, self._hear = recognise, hear
        self.delivery_id: UUID | None = None
        self.is_hearing = False

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take one address, if we have sent from it; one a mail keeps LMTP's answers apart (RFC 2033, 4.2)."""
        if envelope.rcpt_tos:
            return "452 4.5.3 one recipient at a time"
        self.delivery_id = self._recognise(address)
        if self.delivery_id is None:
            return "550 5.1.1 no such address here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 known"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Take a mail once it is noted."""
        assert self.delivery_id is not None
        assert isinstance(envelope.content, bytes)  # text only with decode_data
        self.is_hearing = True
        try:
            heard = await self._hear(self.delivery_id, envelope.content)
        finally:
            self.is_hearing = False
        return "250 2.0.0 noted" if heard else "451 4.3.0 not now, try again"

    async def handle_exception(self, error: Exception) -> str:
        """Ask to try again; aiosmtpd itself would answer, and log, the error's text."""
        log.error("bounce_not_heard", exc_info=error)
        return "451 4.3.0 not now, try again"


class _Bounded(SMTP):
    """A conversation that ends when it takes too long or too much: aiosmtpd keeps a line without an end as long as it goes on."""

    line_length_limit = LONGEST_LINE

    def __init__(self, handler: _Handler, open_sessions: set["_Bounded"], *, hostname: str) -> None:
        super().__init__(
            handler,
            data_size_limit=MOST_BYTES,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident="bounces",
            timeout=IDLE_SECONDS,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
            command_call_limit=MOST_COMMANDS,
            loop=asyncio.get_running_loop(),
        )
        self.handler, self._open, self._received = handler, open_sessions, 0
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._open.add(self)
        # Not `close`, which waits for somebody who reads no answers to take the last of them.
        self._end = self.loop.call_later(SESSION_SECONDS, self.abort)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._open.discard(self)
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > 2 * MOST_BYTES:
            self.abort()
        else:
            super().data_received(data)

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Begin a mail."""
        self._received = 0
        await super().smtp_MAIL(arg)

    def abort(self) -> None:
        """Hang up without a word."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()


class _BoundedLmtp(_Bounded, LMTP):
    pass


class _Full(asyncio.Protocol):
    """One conversation too many: come again later."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"421 4.3.2 too many connections\r\n")
        transport.close()


class BounceListener:
    """The server; used as an async context manager."""

    def __init__(self, at: ListenAt, *, hostname: str, recognise: Recognise, hear: Hear) -> None:
        self._at, self._hostname, self._recognise, self._hear = at, hostname, recognise, hear
        self._sessions: set[_Bounded] = set()
        self.port = at.port

    async def __aenter__(self) -> "BounceListener":
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, self._at.host, self._at.port)
        self.port = self._server.sockets[0].getsockname()[1]
        log.info("bounces_listening", port=self.port)
        return self

    async def __aexit__(self, *_error: Any) -> None:
        """Take no more, let what is being noted be noted and answered, then hang up."""
        self._server.close()
        for _ in range(int(STOP_SECONDS / MOMENT)):
            if not any(session.handler.is_hearing for session in self._sessions):
                break
            await asyncio.sleep(MOMENT)
        for session in tuple(self._sessions):
            session.abort()
        await asyncio.sleep(MOMENT)  # for the conversations to notice
        await self._server.wait_closed()

    def _session(self) -> asyncio.Protocol:
        if len(self._sessions) >= MOST_SESSIONS:
            return _Full()
        handler = _Handler(self._recognise, self._hear)
        return (_BoundedLmtp if self._at.lmtp else _Bounded)(handler, self._sessions, hostname=self._hostname)

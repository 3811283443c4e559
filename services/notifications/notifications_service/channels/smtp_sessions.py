"""The sessions of one process with the mail relay, each lent to one mail at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service_kit.clock import Clock

from notifications_service.channels.smtp_session import Relay, SmtpSession


class SmtpSessions:
    """A few long-lived sessions; a shared one would send one mail after the other."""

    def __init__(self, relay: Relay, *, count: int, clock: Clock) -> None:
        self._all = [SmtpSession(relay, clock) for _ in range(count)]
        self._free: asyncio.LifoQueue[SmtpSession] = asyncio.LifoQueue()  # the last used is the least stale
        for session in self._all:
            self._free.put_nowait(session)

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[SmtpSession]:
        """Lend a session as soon as one is free."""
        session = await self._free.get()
        try:
            yield session
        finally:
            self._free.put_nowait(session)

    async def close(self) -> None:
        """Take leave of the relay on every session."""
        await asyncio.gather(*(session.quit() for session in self._all))

"""Waking a loop before its next poll: by an event in the same process, by NOTIFY from another.

Polling goes on either way: LISTEN dies silently with its backend, and a process may end between commit and NOTIFY.
"""

import asyncio

import asyncpg
import structlog

from service_kit.database import UNAVAILABLE, Database

log = structlog.get_logger()


class Wake:
    """Something that loops wait for. Several may wait, and are woken in the order in which they asked for their bells.

    Each is woken once for any number of calls.
    """

    def __init__(self) -> None:
        self._waiting: list[asyncio.Event] = []

    def call(self) -> None:
        """Wake everyone who waits."""
        self.call_here()

    def call_here(self) -> None:
        """Wake everyone who waits in this process."""
        for event in self._waiting:
            event.set()

    def bell(self) -> asyncio.Event:
        """Return an event of one's own, set by every `call()` from now on."""
        event = asyncio.Event()
        self._waiting.append(event)
        return event


class NotifyingWake(Wake):
    """Wakes this process at once and others by NOTIFY, at most one in 10 ms and outside of any business transaction.

    NOTIFY takes a database-wide lock at commit: one on a connection of its own costs the deciding transactions nothing.
    """

    def __init__(self, database: Database, channel: str) -> None:
        super().__init__()
        self._database, self._channel, self._due = database, channel, asyncio.Event()

    def call(self) -> None:
        """Wake this process now and the others within some milliseconds."""
        self.call_here()
        self._due.set()

    async def run(self) -> None:
        """Send a NOTIFY whenever one is due, until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            try:
                async with self._database.connection() as connection:
                    await connection.execute("SELECT pg_notify($1, '')", self._channel)
            except Exception as error:  # whatever it is, the others poll, and the next wake is not lost with this one
                log.warning("wake_not_sent", channel=self._channel, exc_info=error)
            await asyncio.sleep(0.01)


async def listen(url: str, channel: str, wake: Wake) -> None:
    """Wake this process for every NOTIFY on `channel`, connecting again when the connection is lost, until cancelled."""
    while True:
        connection: asyncpg.Connection | None = None
        try:
            connection = await asyncpg.connect(url, timeout=5)
            lost = asyncio.Event()
            connection.add_termination_listener(lambda *_, lost=lost: lost.set())
            await connection.add_listener(channel, lambda *_: wake.call_here())
            wake.call_here()  # what was notified while nobody listened
            await lost.wait()
        except UNAVAILABLE as error:
            log.warning("listen_lost", channel=channel, error=type(error).__name__)
        finally:
            if connection is not None and not connection.is_closed():
                connection.terminate()
        await asyncio.sleep(1)

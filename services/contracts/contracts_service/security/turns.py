"""Who may wait for a brand's lock: each call that does holds a connection of the process's pool, and others need some, too.

A person's calls come one after the other, and half of the pool is never waited on; whoever is not let in holds no connection.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from service_kit.http.problems import TemporarilyUnavailable

WAIT_SECONDS = 2.0
COME_BACK_SECONDS = 2


@dataclass
class _Queue:
    """A person's calls: how many there are, and the lock of the one whose turn it is."""

    length: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Turns:
    """Turns in one process."""

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def turn_of_person(self, who: str) -> AsyncIterator[None]:
        """Hold the turn of `who`; raise TemporarilyUnavailable where it does not come within two seconds."""
        queue = self._queues.setdefault(who, _Queue())
        queue.length += 1
        try:
            async with _held(queue.lock), _held(self._places):
                yield
        finally:
            queue.length -= 1
            if not queue.length:
                del self._queues[who]


@asynccontextmanager
async def _held(gate: asyncio.Lock | asyncio.Semaphore) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await gate.acquire()
    except TimeoutError:
        raise TemporarilyUnavailable(retry_after=COME_BACK_SECONDS) from None
    try:
        yield
    finally:
        gate.release()

"""A client that costs little: keep-alive connections and prepared bytes, so that the server is what is measured."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

SLICES = 100


@dataclass(frozen=True)
class Load:
    """What a run gave: answers a second, each answer's time in seconds, and the last body."""

    per_second: float
    seconds: list[float]

    def percentile(self, share: float) -> float:
        """Return the time that `share` of the answers stayed within."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(len(self.seconds) * share))]


class Connection(asyncio.Protocol):
    """One keep-alive connection, one request at a time; answers with Content-Length or none at all."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Finish the answer when all of it is there."""
        self._buffer += data
        head, blank, body = self._buffer.partition(b"\r\n\r\n")
        if not blank or self._answer is None:
            return
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"), 0)
        if len(body) >= length:
            self._buffer = b""
            self._answer.set_result((int(head[9:12]), body))

    def connection_lost(self, _error: Exception | None) -> None:
        """Fail what waits."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError())

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Send a request and return its status and body."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Close the connection."""
        assert self._transport is not None
        self._transport.close()


class Asking:
    """What is asked, by client or by number; every answer must have the status `expected`."""

    def __init__(self, request: Callable[[int], bytes], *, expected: int) -> None:
        self.request, self._expected = request, expected

    async def once(self, url: str) -> None:
        """Ask one time."""
        connection = await connect(url)
        self.answered(0, *await connection.send(self.request(0)))
        connection.close()

    def answered(self, _client: int, status: int, body: bytes) -> None:
        """Check an answer."""
        assert status == self._expected, (status, body)


def request(method: str, path: str, body: bytes = b"", *, headers: str = "") -> bytes:
    """Return the bytes of a request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\n{headers}"
    kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{head}{kind}\r\n".encode() + body


async def connect(url: str) -> Connection:
    """Open a connection to the host and port of `url`."""
    parts = urlsplit(url)
    _, connection = await asyncio.get_running_loop().create_connection(Connection, parts.hostname, parts.port)
    return connection


async def closed_loop(url: str, asking: Asking, *, clients: int, seconds: float) -> Load:
    """Ask as fast as `clients` are answered, for `seconds`."""
    connections = [await connect(url) for _ in range(clients)]
    times: list[float] = []
    begun = time.perf_counter()

    async def one(connection: Connection, client: int) -> None:
        while time.perf_counter() - begun < seconds:
            start = time.perf_counter()
            asking.answered(client, *await connection.send(asking.request(client)))
            times.append(time.perf_counter() - start)

    await asyncio.gather(*(one(connection, client) for client, connection in enumerate(connections)))
    elapsed = time.perf_counter() - begun
    for connection in connections:
        connection.close()
    return Load(len(times) / elapsed, times)


async def open_loop(url: str, asking: Asking, *, rate: float, seconds: float) -> Load:
    """Ask `rate` times a second whatever the answers do; times count from when each should have begun."""
    idle = [await connect(url) for _ in range(SLICES)]
    times: list[float] = []
    begun = time.perf_counter()

    async def one(number: int) -> None:
        due = begun + number / rate
        await asyncio.sleep(due - time.perf_counter())
        connection = idle.pop() if idle else await connect(url)
        asking.answered(number, *await connection.send(asking.request(number)))
        times.append(time.perf_counter() - due)
        idle.append(connection)

    await asyncio.gather(*(one(number) for number in range(int(rate * seconds))))
    elapsed = time.perf_counter() - begun
    for connection in idle:
        connection.close()
    return Load(len(times) / elapsed, times)

"""A network that fails on command: a loopback TCP proxy between a service and its PostgreSQL, RabbitMQ or SMTP.

Latency, black hole, reset, refuse, cut after so many bytes; `heal` ends whatever goes on.
"""

import asyncio
import socket
import struct
from types import TracebackType
from typing import Self

CHUNK = 64 * 1024
# Linger for zero seconds: closing sends a reset, not a polite end.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class TcpProxy:
    """Forwards 127.0.0.1:`port` to a server; used as an async context manager."""

    def __init__(self, host: str, port: int) -> None:
        self._upstream = (host, port)
        self.port = 0
        self.latency = 0.0
        """Seconds added to each chunk, each way."""
        self._cut_after: int | None = None
        self._passable = asyncio.Event()
        self._passable.set()
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_listening()
        self.reset()
        tasks = list(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def black_hole(self) -> None:
        """Let nothing through any more, open or new, while every connection stays up; what is held passes later."""
        self._passable.clear()

    def reset(self) -> None:
        """Reset every open connection, once; new ones work."""
        for writers in self._connections.values():
            for writer in writers:
                _reset(writer)

    def refuse(self) -> None:
        """Reset every open connection and refuse new ones, as a server that is down."""
        self._stop_listening()
        self.reset()

    def cut_after(self, count: int) -> None:
        """Reset each connection as soon as it has carried so many bytes, both ways together."""
        self._cut_after = count

    async def heal(self) -> None:
        """Work as a plain cable again, on the same port."""
        self.latency = 0.0
        self._cut_after = None
        self._passable.set()
        if self._server is None:
            await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = [writer]
        try:
            await self._passable.wait()
            far_reader, far_writer = await asyncio.open_connection(*self._upstream)
            self._connections[task].append(far_writer)
            carried = _Count()
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(self._pump(reader, far_writer, carried))
                pumps.create_task(self._pump(far_reader, writer, carried))
        except (OSError, ExceptionGroup):
            pass  # one side is gone: both go
        finally:
            for end in self._connections.pop(task):
                _reset(end)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, carried: "_Count") -> None:
        while chunk := await reader.read(CHUNK):
            if self.latency:
                await asyncio.sleep(self.latency)
            await self._passable.wait()
            left = len(chunk) if self._cut_after is None else max(self._cut_after - carried.total, 0)
            carried.total += len(chunk)
            writer.write(chunk[:left])
            await writer.drain()
            if left < len(chunk) or carried.total == self._cut_after:
                raise ConnectionResetError
        writer.write_eof()


class _Count:
    """Bytes carried by one connection."""

    def __init__(self) -> None:
        self.total = 0


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    if not writer.transport.is_closing() and connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()

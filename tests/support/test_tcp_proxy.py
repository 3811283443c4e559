"""The network that fails on command, between a client and an echo."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from tests.support.tcp_proxy import TcpProxy

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def proxy() -> AsyncIterator[TcpProxy]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while chunk := await reader.read(65536):
                writer.write(chunk)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server, TcpProxy("127.0.0.1", server.sockets[0].getsockname()[1]) as proxy:
        yield proxy


async def connect(proxy: TcpProxy) -> Streams:
    return await asyncio.open_connection("127.0.0.1", proxy.port)


async def say(streams: Streams, word: bytes) -> bytes:
    reader, writer = streams
    writer.write(word)
    return await asyncio.wait_for(reader.readexactly(len(word)), 5)


async def test_it_forwards_both_ways_and_passes_the_end_on(proxy):
    reader, writer = streams = await connect(proxy)
    large = b"x" * 1_000_000
    answer = await say(streams, large)
    writer.write_eof()
    rest = await asyncio.wait_for(reader.read(), 5)
    writer.close()

    assert answer == large
    assert rest == b""


async def test_latency_is_paid_each_way(proxy):
    streams = await connect(proxy)
    proxy.latency = 0.1
    began = time.monotonic()
    await say(streams, b"word")
    streams[1].close()

    assert 0.2 <= time.monotonic() - began < 1


async def test_a_black_hole_swallows_open_and_new_connections_and_loses_nothing_when_healed(proxy):
    old = await connect(proxy)
    await say(old, b"before")
    proxy.black_hole()
    new = await connect(proxy)
    for reader, writer in (old, new):
        writer.write(b"inside")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.1)
    await proxy.heal()

    assert [await asyncio.wait_for(reader.read(100), 5) for reader, _ in (old, new)] == [b"inside"] * 2
    for _, writer in (old, new):
        writer.close()


async def test_a_reset_ends_open_connections_and_new_ones_work(proxy):
    old = await connect(proxy)
    await say(old, b"before")
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(old[0].read(1), 5)
    new = await connect(proxy)

    assert await say(new, b"after") == b"after"
    for _, writer in (old, new):
        writer.close()


async def test_while_it_refuses_nobody_connects_and_healed_it_has_the_same_port(proxy):
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        await connect(proxy)
    await proxy.heal()
    streams = await connect(proxy)

    assert await say(streams, b"after") == b"after"
    streams[1].close()


async def test_a_connection_is_cut_after_so_many_bytes(proxy):
    proxy.cut_after(10)
    streams = await connect(proxy)
    first = await say(streams, b"1234")  # eight bytes, both ways together
    with pytest.raises(ConnectionResetError):
        await say(streams, b"56")
    streams[1].close()

    assert first == b"1234"


async def test_a_server_that_is_away_looks_away():
    async with TcpProxy("127.0.0.1", 9) as proxy:
        reader, writer = await connect(proxy)
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(1), 5)
        writer.close()

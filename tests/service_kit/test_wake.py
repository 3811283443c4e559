"""NOTIFY from one process, a wake in another: fast, and back again after the connection was lost."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from service_kit.database import Database
from service_kit.wake import NotifyingWake, Wake, listen

from tests.support.tcp_proxy import TcpProxy
from tests.support.waiting import eventually

CHANNEL = "test_wake"

CALL = """
import asyncio, sys
from service_kit.database import Database
from service_kit.wake import NotifyingWake

async def main():
    database = await Database.open(sys.argv[1], service="caller")
    wake = NotifyingWake(database, sys.argv[2])
    task = asyncio.create_task(wake.run())
    while line := await asyncio.to_thread(sys.stdin.readline):
        for _ in range(int(line)):
            wake.call()
        print("called", flush=True)

asyncio.run(main())
"""


@asynccontextmanager
async def listening_to(url: str, wake: Wake) -> AsyncIterator[None]:
    task = asyncio.create_task(listen(url, CHANNEL, wake))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def is_rung(bell: asyncio.Event, *, within: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(bell.wait(), within)
    return bell.is_set()


async def test_a_call_wakes_another_process_within_200_ms(database_url: str, connection: asyncpg.Connection) -> None:
    wake = Wake()
    bell = wake.bell()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CALL, database_url, CHANNEL,
        cwd=Path(__file__).parents[2], stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    seconds: list[float] = []
    async with listening_to(database_url, wake):
        await is_rung(bell, within=5)  # a listener wakes once when it begins
        for calls in (1, 1, 50):
            bell.clear()
            process.stdin.write(b"%d\n" % calls)
            await process.stdout.readline()
            begun = asyncio.get_running_loop().time()
            assert await is_rung(bell, within=5)
            seconds.append(asyncio.get_running_loop().time() - begun)
            await asyncio.sleep(0.1)
    process.kill()
    await process.wait()

    assert sorted(seconds)[1] < 0.2


async def test_many_calls_are_few_notifications(database: Database, connection: asyncpg.Connection) -> None:
    heard: list[str] = []
    await connection.add_listener(CHANNEL, lambda *_: heard.append("notification"))
    wake = NotifyingWake(database, CHANNEL)
    task = asyncio.create_task(wake.run())
    for _ in range(500):
        wake.call()
        await asyncio.sleep(0)
    await eventually(lambda: asyncio.sleep(0, heard), bool)
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert 1 <= len(heard) < 30


async def test_a_listener_whose_backend_was_ended_listens_again(
    database_url: str, connection: asyncpg.Connection
) -> None:
    wake = Wake()
    bell = wake.bell()
    async with listening_to(database_url, wake):
        first = await is_rung(bell, within=5)
        bell.clear()
        ended = await connection.fetchval(
            "SELECT bool_or(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query ILIKE 'listen%'"
        )
        again = await is_rung(bell, within=5)  # woken once for what it may have missed
        bell.clear()
        await connection.execute("SELECT pg_notify($1, '')", CHANNEL)
        heard = await is_rung(bell, within=1)

    assert (first, ended, again, heard) == (True, True, True, True)


async def test_a_listener_waits_for_a_database_that_is_away(database_url: str) -> None:
    parts, wake = urlsplit(database_url), Wake()
    assert parts.hostname is not None
    assert parts.port is not None
    bell = wake.bell()
    async with TcpProxy(parts.hostname, parts.port) as network:
        network.refuse()
        address = parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{network.port}").geturl()
        async with listening_to(address, wake):
            await asyncio.sleep(0.3)
            before = bell.is_set()
            await network.heal()
            after = await is_rung(bell, within=5)

    assert (before, after) == (False, True)


async def test_a_wake_that_cannot_be_sent_does_not_end_the_sending(
    database_url: str, new_database: Callable[..., Awaitable[str]], connection: asyncpg.Connection
) -> None:
    parts = urlsplit(database_url)
    assert parts.hostname is not None
    assert parts.port is not None
    heard: list[str] = []
    await connection.add_listener(CHANNEL, lambda *_: heard.append("notification"))
    async with TcpProxy(parts.hostname, parts.port) as network:
        address = parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{network.port}").geturl()
        database = await Database.open(address, service="caller")
        wake = NotifyingWake(database, CHANNEL)
        task = asyncio.create_task(wake.run())
        network.refuse()
        wake.call()
        await asyncio.sleep(0.3)
        await network.heal()
        wake.call()
        await eventually(lambda: asyncio.sleep(0, heard), bool)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await database.close()

    assert heard != []


async def test_every_waiter_of_one_process_is_woken() -> None:
    wake = Wake()
    bells = [wake.bell() for _ in range(3)]
    wake.call()

    assert [bell.is_set() for bell in bells] == [True, True, True]

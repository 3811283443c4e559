"""Processes of a service, as an operator meets them: they wait, serve, work, drain and end."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import asyncpg
import pytest

from tests.support.tcp_proxy import TcpProxy
from tests.support.tiny_endpoints import CANARY
from tests.support.tiny_fixtures import Place, Running, running
from tests.support.waiting import eventually
from tests.support.warm_program import WarmProgram

KEY_FILES = (
    "data_keys_file",
    "sealing_keys_file",
    "sealing_recipients_file",
    "access_token_jwks_file",
    "staff_jwks_file",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Keys and brands."""
    return Place.make(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
async def migrated(new_database, place: Place) -> str:
    """The address of a database that the tiny service migrated by itself."""
    url: str = await new_database("tiny")
    async with running("migrate", environment=place.environment(url)) as migrating:
        status, written = await migrating.end()

    assert (status, "0001_parcels.sql" in written) == (0, True)
    return url


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client that keeps no connection."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as opened:
        yield opened


async def port_of(process: Running) -> int:
    return int((await process.lines_until("serving"))[-1]["port"])


async def status_of(client: aiohttp.ClientSession, url: str) -> int | str:
    try:
        async with client.get(url) as response:
            return response.status
    except aiohttp.ClientError as error:
        return type(error).__name__


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_turns_readiness_red_answers_what_is_in_flight_and_ends_well(
    number: signal.Signals, migrated: str, place: Place, client: aiohttp.ClientSession
) -> None:
    async with running("serve", environment=place.environment(migrated)) as process:
        base = f"http://127.0.0.1:{await port_of(process)}"
        before = await status_of(client, f"{base}/health/ready")
        in_flight = asyncio.create_task(status_of(client, f"{base}/v1/alpha/wait"))
        await asyncio.sleep(0.2)
        process.signal(number)
        await asyncio.sleep(0.1)
        during = (await status_of(client, f"{base}/health/ready"), await status_of(client, f"{base}/health/live"))
        answered = await in_flight
        status, _ = await process.end()

    assert before == 200
    assert during == (503, 200)
    assert answered == 200
    assert status == 0


async def test_a_worker_delivers_and_ends_well(
    migrated: str, rabbitmq_url: str, place: Place, client: aiohttp.ClientSession
) -> None:
    environment = place.environment(migrated, rabbitmq_url, work_health_port=free_port())
    async with (
        running("work", environment=environment) as worker,
        running("serve", environment=environment) as server,
    ):
        port, ready = await port_of(server), f"http://127.0.0.1:{environment['TINY_WORK_HEALTH_PORT']}/health/ready"
        parcel = {"number": 7, "addressee": CANARY}
        async with client.post(f"http://127.0.0.1:{port}/v1/alpha/parcels", json=parcel) as response:
            asked = response.status
        received = await eventually(lambda: count(migrated, "received"), bool)
        up = await eventually(lambda: readiness(client, ready), lambda found: found == "ready")
        worker.signal()
        server.signal()
        outcomes = [await worker.end(), await server.end()]

    assert asked == 201
    assert received == 1
    assert up == "ready"
    assert [status for status, _ in outcomes] == [0, 0]
    assert CANARY not in str(outcomes)
    assert "background_part_ended" not in str(outcomes)


async def test_a_worker_whose_queue_is_gone_is_degraded_until_it_is_back(
    migrated: str, rabbitmq_url: str, place: Place, client: aiohttp.ClientSession
) -> None:
    parts = urlsplit(rabbitmq_url)
    assert parts.hostname is not None
    assert parts.port is not None
    async with TcpProxy(parts.hostname, parts.port) as network:
        address = parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{network.port}").geturl()
        environment = place.environment(migrated, address, work_health_port=free_port())
        ready = f"http://127.0.0.1:{environment['TINY_WORK_HEALTH_PORT']}/health/ready"
        async with running("work", environment=environment):
            first = await eventually(lambda: readiness(client, ready), lambda found: found == "ready")
            network.refuse()
            second = await eventually(lambda: readiness(client, ready), lambda found: found == "degraded")
            await network.heal()
            third = await eventually(lambda: readiness(client, ready), lambda found: found == "ready")

    assert (first, second, third) == ("ready", "degraded", "ready")


async def readiness(client: aiohttp.ClientSession, url: str) -> str:
    try:
        async with client.get(url) as response:
            return str((await response.json())["status"])
    except aiohttp.ClientError as error:
        return type(error).__name__


async def count(url: str, table: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))
    finally:
        await connection.close()


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(("verb", "expected"), [("serve", 0), ("work", 0), ("migrate", 1)])
async def test_a_process_that_still_waits_for_its_database_ends_at_once(verb: str, expected: int, place: Place) -> None:
    environment = place.environment("postgresql://nobody@127.0.0.1:1/nothing")
    async with running(verb, environment=environment) as process:
        await process.lines_until("database_not_there_yet")
        process.signal()
        status, written = await process.end(within=3)

    assert status == expected  # nobody may take a database for migrated that is not
    assert "Traceback" not in written


async def test_processes_may_start_in_any_order_before_their_database(new_database, place: Place) -> None:
    url = await new_database("tiny")
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    async with TcpProxy(parts.hostname, parts.port) as network:
        network.refuse()
        address = parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{network.port}").geturl()
        environment = place.environment(address)
        async with running("serve", environment=environment) as server:
            await server.lines_until("database_not_there_yet")
            async with running("migrate", environment=environment) as migrating:
                await migrating.lines_until("database_not_there_yet")
                await network.heal()
                migrated_with, written = await migrating.end()
            lines = await server.lines_until("serving")

    assert (migrated_with, written.count("migration_applied")) == (0, 2)
    assert lines[-1]["event"] == "serving"


async def test_a_background_part_that_ends_by_itself_ends_the_process(
    migrated: str, rabbitmq_url: str, place: Place
) -> None:
    environment = place.environment(migrated, rabbitmq_url, broken_loop=True)
    async with running("work", environment=environment) as process:
        status, written = await process.end()

    assert status == 1
    assert '"part": "tiny.tick"' in written
    assert '"error": "RuntimeError"' in written
    assert CANARY not in written
    assert "Traceback" not in written


async def test_a_port_that_is_taken_ends_the_process_without_a_traceback(migrated: str, place: Place) -> None:
    async with running("serve", environment=place.environment(migrated)) as first:
        port = await port_of(first)
        async with running("serve", environment=place.environment(migrated, http_port=port)) as second:
            status, written = await second.end()

    assert status == 1
    assert '"error": "OSError"' in written
    assert "Traceback" not in written


async def test_a_missing_key_file_is_told_before_anything_waits(place: Place) -> None:
    environment = place.environment("postgresql://nobody@127.0.0.1:1/nothing", data_keys_file="/nowhere/keys.json")
    async with running("serve", environment=environment) as process:
        status, written = await process.end(within=5)

    assert status == 2
    assert written == "tiny: /nowhere/keys.json: FileNotFoundError\n"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"keys": 5}', '{"keys": {"a": 5}, "current": "a"}', "\x00"])
def test_an_unusable_key_file_is_told_in_one_line(
    content: str, place: Place, tmp_path: Path, tiny_program: WarmProgram
) -> None:
    file = tmp_path / "keys.json"
    file.write_text(content)
    for field in KEY_FILES:
        environment = place.environment("postgresql://nobody@127.0.0.1:1/nothing", **{field: str(file)})
        status, written = tiny_program.run("serve", environment=environment)

        assert (field, status) == (field, 2)
        assert written.startswith(f"tiny: {file}: ")
        assert written.count("\n") == 1

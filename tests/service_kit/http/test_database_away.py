"""The database goes away and comes back: 503 with Retry-After meanwhile, in time, and as before afterwards."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

import pytest

from tests.support.tcp_proxy import TcpProxy
from tests.support.tiny_fixtures import Place, Served, served
from tests.support.waiting import eventually

FILTER = "/v1/alpha/filter"
PARCEL = {"number": 1, "addressee": "Ada"}


@pytest.fixture
async def network(postgres_url: str) -> AsyncIterator[TcpProxy]:
    """The network to the database."""
    parts = urlsplit(postgres_url)
    assert parts.hostname is not None
    assert parts.port is not None
    async with TcpProxy(parts.hostname, parts.port) as proxy:
        yield proxy


@pytest.fixture
async def tiny(
    new_database: Callable[..., Awaitable[str]], tiny_template: str, network: TcpProxy, place: Place
) -> AsyncIterator[Served]:
    """The tiny service at the far end of that network."""
    parts = urlsplit(await new_database("tiny", template=tiny_template))
    address = parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{network.port}").geturl()
    async with served(place, address) as answering:
        yield answering


async def ask(tiny: Served, path: str = FILTER) -> tuple[int, str | None, str | None]:
    status, headers, body = await tiny.ask("GET", path)
    return status, headers.get("Retry-After"), body.get("code") or body.get("status")


async def test_requests_are_told_to_come_back_and_are_answered_again(tiny: Served, network: TcpProxy) -> None:
    before = await ask(tiny)
    network.refuse()
    away = [await ask(tiny) for _ in range(3)]
    ready_when_away = await ask(tiny, "/health/ready")
    live = await ask(tiny, "/health/live")
    static = await tiny.ask("GET", "/openapi.json")
    await network.heal()
    after = await eventually(lambda: ask(tiny), lambda answer: answer[0] == 200)
    ready_again = await ask(tiny, "/health/ready")

    assert before[0] == after[0] == 200
    assert away == [(503, "2", "temporarily-unavailable")] * 3
    assert ready_when_away == (503, None, "unavailable")
    assert (live[0], static[0], ready_again[0]) == (200, 200, 200)


async def test_a_post_with_a_key_is_done_once_it_can_be(tiny: Served, network: TcpProxy) -> None:
    headers = {"Idempotency-Key": "one-and-the-same"}
    network.refuse()
    away = await tiny.ask("POST", "/v1/alpha/parcels", json=PARCEL, headers=headers)
    await network.heal()

    async def again() -> int:
        return (await tiny.ask("POST", "/v1/alpha/parcels", json=PARCEL, headers=headers))[0]

    status = await eventually(again, lambda found: found == 201)
    async with tiny.tiny.foundation.database.connection() as connection:
        parcels = await connection.fetchval("SELECT count(*) FROM parcels")

    assert (away[0], away[2]["code"]) == (503, "temporarily-unavailable")
    assert (status, parcels) == (201, 1)


async def test_connections_that_were_cut_while_idle_cost_at_most_one_answer_each(
    tiny: Served, network: TcpProxy
) -> None:
    """PostgreSQL restarts, a firewall forgets: nobody tells the pool."""
    await asyncio.gather(*(ask(tiny) for _ in range(20)))
    network.reset()
    await asyncio.sleep(0.1)
    answers = [(await ask(tiny))[0] for _ in range(20)]

    assert set(answers) <= {200, 503}
    assert answers[-5:] == [200] * 5


async def test_a_silent_database_is_noticed_by_readiness_in_time(tiny: Served, network: TcpProxy) -> None:
    await ask(tiny)
    network.black_hole()
    begun = asyncio.get_running_loop().time()
    ready = await ask(tiny, "/health/ready")
    seconds = asyncio.get_running_loop().time() - begun
    await network.heal()
    after = await eventually(lambda: ask(tiny, "/health/ready"), lambda answer: answer[0] == 200, within=15)

    assert ready == (503, None, "unavailable")
    assert seconds < 5
    assert after[0] == 200


async def test_a_broker_that_is_away_degrades_readiness_and_nothing_else(tiny: Served) -> None:
    ready = await tiny.ask("GET", "/health/ready")
    posted = await tiny.ask("POST", "/v1/alpha/parcels", json=PARCEL)

    assert (ready[0], ready[2]["status"], ready[2]["checks"]["broker"]) == (200, "degraded", "down")
    assert posted[0] == 201


async def test_events_that_wait_too_long_degrade_readiness(tiny: Served) -> None:
    await tiny.ask("POST", "/v1/alpha/parcels", json=PARCEL)
    async with tiny.tiny.foundation.database.connection() as connection:
        await connection.execute("UPDATE outbox SET recorded_at = now() - interval '1 minute'")
    _, _, report = await tiny.ask("GET", "/health/ready")

    assert report["checks"]["outbox"] == "late"
    assert report["outbox_oldest_seconds"] >= 60


async def test_metrics_count_by_operation_and_name_nobody(tiny: Served) -> None:
    await tiny.ask("POST", "/v1/alpha/parcels", json={"number": 1, "addressee": "canary-5e"})
    await tiny.ask("GET", "/nowhere/canary-5e")
    async with tiny.client.get(tiny.url("/metrics")) as response:
        text = await response.text()

    assert 'http_requests_total{operation="ask_for_parcel",service="tiny",status="201"}' in text
    assert 'operation="none",service="tiny",status="404"' in text
    assert "canary" not in text
    assert json.dumps("alpha") not in text

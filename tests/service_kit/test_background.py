"""The background of a service in one process: everything turns, everything stops, and what ends early is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from service_kit.background import Background, run_background
from service_kit.in_process import InProcessBroker
from service_kit.loops import Loop
from service_kit.migrate import migrate

from tests.support.tiny_endpoints import CANARY, ParcelAsked, Tiny
from tests.support.tiny_fixtures import Place
from tests.support.tiny_service import MIGRATIONS, BrokenWake, TinySettings, background, open_tiny
from tests.support.waiting import eventually


@pytest.fixture
async def tiny(new_database: Callable[..., Awaitable[str]], tmp_path: Path) -> AsyncIterator[Tiny]:
    """The tiny service's resources."""
    url = await new_database("tiny")
    await migrate(url, service="tiny", directory=MIGRATIONS)
    async with open_tiny(TinySettings(**Place.make(tmp_path).values(url))) as opened:
        yield opened


def a_loop(round_: Callable[[], Awaitable[int]], *, name: str = "tested") -> Background:
    return Background(loops=[Loop(name, round_, 0.05)])


def broker_of(tmp_path: Path) -> InProcessBroker:
    return InProcessBroker(dead_letters=tmp_path / "dead")


async def record_one(tiny: Tiny) -> None:
    foundation = tiny.foundation
    event = ParcelAsked(version=1, parcel_id=foundation.entropy.new_id(), number=1, addressee=CANARY)
    async with foundation.database.transaction() as connection:
        await foundation.outbox.append(
            connection, event, event_id=foundation.entropy.new_id(), occurred_at=foundation.clock.now()
        )


async def count(tiny: Tiny, what: str) -> int:
    async with tiny.foundation.database.connection() as connection:
        return int(await connection.fetchval(f"SELECT count(*) FROM {what}"))


async def test_an_event_goes_all_the_way_and_a_stop_ends_everything(tiny: Tiny, tmp_path: Path) -> None:
    stop = asyncio.Event()
    settings = tiny.foundation.settings
    assert isinstance(settings, TinySettings)
    running = asyncio.create_task(
        run_background(tiny.foundation, background(tiny, settings), broker_of(tmp_path), stop)
    )
    await record_one(tiny)
    received = await eventually(lambda: count(tiny, "received"), bool)
    unpublished = await eventually(lambda: count(tiny, "outbox WHERE published_at IS NULL"), lambda number: number == 0)
    before = tiny.foundation.health.stopping
    stop.set()
    await running

    assert (received, unpublished) == (1, 0)
    assert (before, tiny.foundation.health.stopping) == (False, True)


async def test_a_service_may_hear_nothing(tiny: Tiny, tmp_path: Path) -> None:
    rounds: list[int] = []

    async def tick() -> int:
        rounds.append(1)
        return 0

    stop = asyncio.Event()
    running = asyncio.create_task(run_background(tiny.foundation, a_loop(tick), broker_of(tmp_path), stop))
    await eventually(lambda: asyncio.sleep(0, rounds), lambda found: len(found) >= 3)
    still_there = not running.done()
    stop.set()
    await running

    assert still_there


@pytest.mark.parametrize("way", ["stop", "cancel"])
async def test_a_round_that_has_begun_is_finished(way: str, tiny: Tiny, tmp_path: Path) -> None:
    begun, finished = asyncio.Event(), asyncio.Event()

    async def take_a_while() -> int:
        begun.set()
        await asyncio.sleep(0.3)
        finished.set()
        return 0

    stop = asyncio.Event()
    running = asyncio.create_task(run_background(tiny.foundation, a_loop(take_a_while), broker_of(tmp_path), stop))
    await begun.wait()
    if way == "stop":
        stop.set()
    else:
        running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert finished.is_set()
    assert running.cancelled() is (way == "cancel")


async def test_a_round_that_does_not_end_is_cut(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service_kit.background.STOP_SECONDS", 0.3)
    begun = asyncio.Event()

    async def hang() -> int:
        begun.set()
        await asyncio.sleep(3600)
        return 0

    stop = asyncio.Event()
    running = asyncio.create_task(run_background(tiny.foundation, a_loop(hang), broker_of(tmp_path), stop))
    await begun.wait()
    stop.set()
    async with asyncio.timeout(3):
        await running


async def test_a_part_that_fails_stops_the_others_and_is_raised(tiny: Tiny, tmp_path: Path) -> None:
    async def tick() -> int:
        return 0

    stop = asyncio.Event()
    broken = Background(loops=[Loop("broken", tick, 1, BrokenWake()), Loop("sound", tick, 0.05)])
    with pytest.raises(RuntimeError, match=CANARY):
        await run_background(tiny.foundation, broken, broker_of(tmp_path), stop)

    assert stop.is_set()


async def test_a_server_of_ones_own_finishes_what_is_in_flight_before_the_process_ends(
    tiny: Tiny, tmp_path: Path
) -> None:
    begun, finished = asyncio.Event(), asyncio.Event()

    async def serve() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.2)
            finished.set()

    stop = asyncio.Event()
    background = Background(endless={"server": serve})
    running = asyncio.create_task(run_background(tiny.foundation, background, broker_of(tmp_path), stop))
    await begun.wait()
    stop.set()
    await running

    assert finished.is_set()


async def test_a_server_of_ones_own_that_cannot_listen_ends_the_process(tiny: Tiny, tmp_path: Path) -> None:
    async def serve() -> None:
        raise OSError("the port is taken")

    with pytest.raises(OSError, match="the port is taken"):
        await run_background(
            tiny.foundation, Background(endless={"server": serve}), broker_of(tmp_path), asyncio.Event()
        )


async def test_a_part_that_is_cancelled_by_somebody_is_an_error_and_no_cancellation(tiny: Tiny, tmp_path: Path) -> None:
    async def cancel_oneself() -> int:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(1)
        return 0

    with pytest.raises(RuntimeError, match=r"tiny\.lost ended by itself"):
        await run_background(tiny.foundation, a_loop(cancel_oneself, name="lost"), broker_of(tmp_path), asyncio.Event())

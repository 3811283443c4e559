"""Background loops: work while there is some, wait, be woken, back off, stop."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise

from service_kit.loops import Loop, run_loop
from service_kit.wake import Wake

CANARY = "canary-of-a-round"


@asynccontextmanager
async def turning(
    round_: Callable[[], Awaitable[int]], *, poll: float, wake: Wake | None = None
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(run_loop("test", Loop("tested", round_, poll, wake), stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(2):
            await task


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_rounds_follow_each_other_while_there_is_work() -> None:
    left = [3, 2, 1]
    rounds: list[float] = []

    async def work() -> int:
        rounds.append(now())
        return left.pop() if left else 0

    async with turning(work, poll=30):
        await asyncio.sleep(0.1)

    assert len(rounds) == 4


async def test_a_loop_without_work_waits_for_the_next_poll() -> None:
    rounds: list[float] = []

    async def look() -> int:
        rounds.append(now())
        return 0

    async with turning(look, poll=0.2):
        await asyncio.sleep(0.5)

    assert 2 <= len(rounds) <= 3


async def test_a_wake_ends_the_wait_at_once_even_when_it_comes_during_a_round() -> None:
    wake, rounds = Wake(), list[float]()

    async def look() -> int:
        rounds.append(now())
        await asyncio.sleep(0.05)
        return 0

    async with turning(look, poll=30, wake=wake):
        await asyncio.sleep(0.02)
        wake.call()  # during the first round: what it announces may have been missed
        await asyncio.sleep(0.2)
        during = len(rounds)
        wake.call()
        wake.call()
        await asyncio.sleep(0.2)

    assert during == 2
    assert len(rounds) == 3


async def test_a_failing_round_backs_off_and_goes_on(logged: io.StringIO) -> None:
    wake, rounds = Wake(), list[float]()

    async def fail_three_times() -> int:
        rounds.append(now())
        if len(rounds) <= 3:
            raise RuntimeError(CANARY)
        return 0

    async with turning(fail_three_times, poll=30, wake=wake):
        for _ in range(30):
            wake.call()  # wakes do not shorten the pause of a loop that fails
            await asyncio.sleep(0.06)
    pauses = [later - earlier for earlier, later in pairwise(rounds)]
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]

    assert len(rounds) >= 4
    assert [pause >= least for pause, least in zip(pauses, (0.2, 0.4, 0.8), strict=False)] == [True] * 3
    assert [line["error"] for line in lines] == ["RuntimeError"] * 3
    assert {(line["service"], line["loop"]) for line in lines} == {("test", "tested")}
    assert CANARY not in logged.getvalue()


async def test_a_stop_finishes_the_round_that_has_begun() -> None:
    finished: list[bool] = []
    begun = asyncio.Event()

    async def take_a_while() -> int:
        begun.set()
        await asyncio.sleep(0.3)
        finished.append(True)
        return 1

    async with turning(take_a_while, poll=30):
        await begun.wait()

    assert finished == [True]


async def test_a_stop_ends_a_wait_at_once() -> None:
    async def look() -> int:
        return 0

    async with turning(look, poll=3600):
        await asyncio.sleep(0.05)
        begun = now()

    assert now() - begun < 1

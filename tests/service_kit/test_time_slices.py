"""Long work that is cut into slices: others on the loop go on meanwhile, and short work is not interrupted at all."""

import asyncio
import time

from service_kit.time_slices import TimeSlices


async def work(slices: TimeSlices, *, steps: int) -> None:
    for _ in range(steps):
        time.sleep(0.002)  # noqa: ASYNC251 - it is what holds the loop
        await slices.pause()


async def test_others_wait_for_a_slice_at_most_and_not_for_the_whole() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(others())
    await work(TimeSlices(seconds=0.0), steps=5)
    often = turns
    await work(TimeSlices(seconds=60.0), steps=5)
    beside.cancel()

    assert often >= 10
    assert turns == often

"""Background loops: do a round, go on while there is work, otherwise wait for a wake or the next poll.

Slow and failing work is rows with a status, a lease, attempts and a next-attempt time; a loop claims some, does them and
notes the outcome. A round that raises is logged and counted, and the loop goes on after a growing pause.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from service_kit.metrics import LOOP_FAILURES, LOOP_SECONDS
from service_kit.wake import Wake

log = structlog.get_logger()


@dataclass(frozen=True)
class Loop:
    """`round` does some work and returns how much it did; 0 means that nothing is due."""

    name: str
    round: Callable[[], Awaitable[int]]
    poll_seconds: float
    wake: Wake | None = None


async def run_loop(service: str, loop: Loop, stop: asyncio.Event) -> None:
    """Run rounds until `stop` is set; a round that has begun is finished."""
    bell = loop.wake.bell() if loop.wake is not None else asyncio.Event()
    pause = 0.0
    with structlog.contextvars.bound_contextvars(service=service, loop=loop.name):
        while not stop.is_set():
            bell.clear()
            begun = time.perf_counter()
            try:
                done = await loop.round()
                pause = 0.0
            except Exception as error:
                LOOP_FAILURES.labels(service, loop.name).inc()
                log.warning("round_failed", exc_info=error)
                done, pause = 0, min(max(pause * 2, 0.2), 5.0)
            if done:
                LOOP_SECONDS.labels(service, loop.name).observe(time.perf_counter() - begun)
            else:
                await _wait(stop, bell, pause or loop.poll_seconds, ignore_bell=pause > 0)


async def _wait(stop: asyncio.Event, bell: asyncio.Event, seconds: float, *, ignore_bell: bool) -> None:
    waits = [asyncio.ensure_future(stop.wait())]
    if not ignore_bell:
        waits.append(asyncio.ensure_future(bell.wait()))
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()

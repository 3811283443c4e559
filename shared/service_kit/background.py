"""The background process of a service: relay, consumers, due rows, housekeeping. Any of them ending ends the process.

Stopping takes the order that loses nothing: no new deliveries, finish what is in flight, finish the rounds, close.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from service_kit.amqp import AmqpBroker
from service_kit.broker import Broker
from service_kit.consumer import Consumer
from service_kit.foundation import Foundation, wake_channel
from service_kit.loops import Loop, run_loop
from service_kit.maintenance import HOUR_SECONDS, Maintenance
from service_kit.process import health_application, listening, waking_others
from service_kit.relay import Relay
from service_kit.subscriptions import Subscription
from service_kit.wake import NotifyingWake, listen

STOP_SECONDS = 20.0

log = structlog.get_logger()


@dataclass(frozen=True)
class Background:
    """What a service does when nobody asks."""

    subscriptions: list[Subscription] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)


async def run_background(
    foundation: Foundation, background: Background, broker: Broker, stop: asyncio.Event, *, alone: bool = True
) -> None:
    """Run everything until `stop` is set; raise what made a part of it end early.

    With `alone`, wakes from the HTTP process come by LISTEN; in one process with it (the embedded default) they need not.
    """
    service, seconds = foundation.service, foundation.settings.poll_seconds
    relay = Relay(service, foundation.database, broker)
    loops = [
        Loop("relay", relay.publish_due, seconds, foundation.wake),
        Loop("outbox_age", relay.measure, 5.0),
        Loop("maintenance", Maintenance(foundation.database, foundation.clock).round, HOUR_SECONDS),
        *background.loops,
    ]
    consumer = Consumer(service, foundation.database, foundation.opener, background.subscriptions)
    endless: list[Callable[[], Coroutine[Any, Any, None]]] = [lambda: _hear(consumer, broker)]
    if isinstance(foundation.wake, NotifyingWake) and alone:
        endless.append(lambda: listen(foundation.settings.database_url, wake_channel(service), foundation.wake))
    await _supervise(service, loops, endless, stop)


async def _hear(consumer: Consumer, broker: Broker) -> None:
    await consumer.run(broker)
    await asyncio.Event().wait()  # a service may hear nothing


async def _supervise(
    service: str, loops: list[Loop], endless: list[Callable[[], Coroutine[Any, Any, None]]], stop: asyncio.Event
) -> None:
    hearing = [asyncio.create_task(start(), name=f"{service}.endless") for start in endless]
    turning = [asyncio.create_task(run_loop(service, loop, stop), name=f"{service}.{loop.name}") for loop in loops]
    stopping: asyncio.Task[Any] = asyncio.create_task(stop.wait())
    parts: list[asyncio.Task[Any]] = [*hearing, *turning]
    await asyncio.wait([*parts, stopping], return_when=asyncio.FIRST_COMPLETED)
    ended_early = [task for task in parts if task.done()] if not stop.is_set() else []
    stop.set()
    for task in hearing:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.wait([*parts, stopping], timeout=STOP_SECONDS)
    for task in [*turning, stopping]:
        task.cancel()
    for task in ended_early:
        log.critical("background_part_ended", service=service, part=task.get_name())
        task.result()
        raise RuntimeError(f"{task.get_name()} ended by itself")


async def work(foundation: Foundation, background: Background, stop: asyncio.Event) -> None:
    """Be the background process of a service, with its own small port for health and metrics, until `stop`."""
    settings = foundation.settings
    broker = AmqpBroker(settings.broker_url, service=foundation.service)
    application = health_application(foundation.health)
    try:
        async with (
            waking_others(foundation),
            listening(application, host=settings.http_host, port=settings.work_health_port),
        ):
            await run_background(foundation, background, broker, stop)
    finally:
        await broker.close()

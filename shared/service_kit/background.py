"""The background process of a service: relay, consumers, due rows, housekeeping. Any of them ending ends the process.

Stopping takes the order that loses nothing: no new deliveries, finish what is in flight, finish the rounds, close.
"""

import asyncio
from collections.abc import Callable, Coroutine
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
    # By name, what goes on until it is cancelled, such as a server beside HTTP: cancelled first, it finishes what is in flight.
    endless: dict[str, Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=dict)


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
    endless = {name: part() for name, part in background.endless.items()} | {"consumers": _hear(consumer, broker)}
    if isinstance(foundation.wake, NotifyingWake) and alone:
        endless["listener"] = listen(foundation.settings.database_url, wake_channel(service), foundation.wake)
    await _supervise(foundation, loops, endless, stop)


async def _hear(consumer: Consumer, broker: Broker) -> None:
    await consumer.run(broker)
    await asyncio.Event().wait()  # a service may hear nothing


async def _supervise(
    foundation: Foundation, loops: list[Loop], endless: dict[str, Coroutine[Any, Any, None]], stop: asyncio.Event
) -> None:
    service = foundation.service
    hearing = [asyncio.create_task(part, name=f"{service}.{name}") for name, part in endless.items()]
    turning = [asyncio.create_task(run_loop(service, loop, stop), name=f"{service}.{loop.name}") for loop in loops]
    stopping: asyncio.Task[Any] = asyncio.create_task(stop.wait())
    parts: list[asyncio.Task[Any]] = [*hearing, *turning]
    try:
        await asyncio.wait([*parts, stopping], return_when=asyncio.FIRST_COMPLETED)
        ended_early = [task for task in parts if task.done()] if not stop.is_set() else []
    finally:  # even when we are cancelled ourselves: nothing goes on behind closed connections
        stop.set()
        foundation.health.stopping = True
        for task in hearing:
            task.cancel()
        _, late = await asyncio.wait([*parts, stopping], timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*parts, stopping, return_exceptions=True)
    for task in ended_early:
        log.critical("background_part_ended", service=service, part=task.get_name())
        failure = None if task.cancelled() else task.exception()
        raise failure or RuntimeError(f"{task.get_name()} ended by itself")


async def work(foundation: Foundation, background: Background, stop: asyncio.Event) -> None:
    """Be the background process of a service, with its own small port for health and metrics, until `stop`."""
    settings = foundation.settings
    broker = AmqpBroker(settings.broker_url, service=foundation.service)
    application = health_application(foundation.health)
    if background.subscriptions:
        foundation.health.watch_consumers(broker.connected)
    try:
        async with (
            waking_others(foundation),
            listening(application, host=settings.http_host, port=settings.work_health_port),
        ):
            await run_background(foundation, background, broker, stop)
    finally:
        await broker.close()

"""The bus without a broker, for the embedded default: topic routing, retries, dead letters in a folder.

Nothing is kept here: `publish` returns only when every subscriber has committed, so the outbox row stays unpublished, and
is tried again, for as long as one has not. Envelopes are encoded and decoded as on the wire, personal fields stay sealed.
"""

import asyncio
from pathlib import Path
from typing import Any

import structlog

from service_kit.broker import BrokerUnavailable, Deliver, Unroutable, Verdict, queue_name
from service_kit.events import Envelope

STOP_SECONDS = 10.0

log = structlog.get_logger()


class InProcessBroker:
    """Carries events between services that live in one process.

    It must be told beforehand who will hear what (`expect`): while services start or stop one after the other, an event
    that not all of its subscribers can hear yet is not published to some of them only.
    """

    def __init__(self, *, dead_letters: Path, in_flight: int = 16) -> None:
        self._queues: dict[str, dict[str, Deliver | None]] = {}
        self._dead_letters = dead_letters
        self._places = asyncio.Semaphore(in_flight)
        self._in_flight: set[tuple[str, asyncio.Task[Any]]] = set()

    def expect(self, service: str, event_types: tuple[str, ...]) -> None:
        """Announce the subscriptions of `service`."""
        for event_type in event_types:
            self._queues.setdefault(event_type, {}).setdefault(queue_name(service, event_type), None)

    def connected(self) -> bool:
        """There is nothing to be cut off from."""
        return True

    async def publish(self, envelope: Envelope) -> None:
        """Deliver to every subscriber and return once all have committed."""
        queues = self._queues.get(envelope.type)
        if not queues:
            raise Unroutable(envelope.type)
        body = envelope.encode()
        async with self._places:
            hearing = {queue: deliver for queue, deliver in queues.items() if deliver is not None}
            if len(hearing) < len(queues):
                raise BrokerUnavailable("a subscriber is not there yet, or not any more")
            verdicts = await asyncio.gather(
                *(self._deliver(queue, deliver, envelope, body) for queue, deliver in hearing.items())
            )
        if Verdict.LATER in verdicts:
            raise BrokerUnavailable("a subscriber asked for it again later")

    async def _deliver(self, queue: str, deliver: Deliver, envelope: Envelope, body: bytes) -> Verdict:
        task = asyncio.current_task()
        assert task is not None  # `gather` made one for each queue
        self._in_flight.add((queue, task))
        try:
            verdict = await deliver(body, envelope.traceparent)
        finally:
            self._in_flight.discard((queue, task))
        if verdict is Verdict.DEAD:
            folder = self._dead_letters / queue
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{envelope.id}.json").write_bytes(body)
            log.error("dead_letter", queue=queue, event_id=str(envelope.id))
        return verdict

    async def consume(self, service: str, deliveries: dict[str, Deliver]) -> None:
        """Subscribe until cancelled, then wait for what is in flight."""
        self.expect(service, tuple(deliveries))
        for event_type, deliver in deliveries.items():
            self._queues[event_type][queue_name(service, event_type)] = deliver
        try:
            await asyncio.Event().wait()
        finally:
            for event_type in deliveries:
                self._queues[event_type][queue_name(service, event_type)] = None
            queues = {queue_name(service, event_type) for event_type in deliveries}
            if begun := {task for queue, task in self._in_flight if queue in queues}:
                await asyncio.wait(begun, timeout=STOP_SECONDS)

    async def close(self) -> None:
        """Nothing is held."""

"""The bus on RabbitMQ (3.10 to 4.x). Beside `dead_letters` the one module that imports aio-pika.

Publishing and consuming use separate connections, since a blocked publisher must not stop acknowledgements. A connection
that fails in any way is dropped and a new one is made: simpler to reason about than one that repairs itself.
"""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, AMQPError, DeliveryError, PublishError

from service_kit.broker import (
    DEAD_LETTER_EXCHANGE,
    EXCHANGE,
    BrokerUnavailable,
    Deliver,
    Unroutable,
    Verdict,
    queue_name,
)
from service_kit.events import Envelope
from service_kit.metrics import BROKER_BLOCKED, BROKER_CONNECTED

# What a broken connection raises; ChannelInvalidStateError and a half-closed writer are RuntimeErrors.
BROKEN = (*CONNECTION_EXCEPTIONS, AMQPError, RuntimeError, OSError, TimeoutError, asyncio.InvalidStateError)

HEARTBEAT_SECONDS = 15  # a silent network is noticed after three of them; the URL may say otherwise
START_SECONDS = 30.0
STOP_SECONDS = 10.0

# A message that must wait is held here, unacknowledged, and tried again: giving it back counts towards the queue's delivery
# limit (up to RabbitMQ 4.2), and an outage of a minute would fill the dead letters. Shorter than the broker's own patience with
# an unacknowledged message (30 min).
HOLD_SECONDS = 600.0
LONGEST_PAUSE_SECONDS = 5.0

log = structlog.get_logger()


class AmqpBroker:
    """RabbitMQ by URL, for one service."""

    def __init__(
        self,
        url: str,
        *,
        service: str,
        publish_timeout: float = 10.0,
        prefetch: int = 16,
        hold_seconds: float = HOLD_SECONDS,
    ) -> None:
        self._url, self._service, self._publish_timeout = url, service, publish_timeout
        self._prefetch, self._hold_seconds = prefetch, hold_seconds
        self._publishing: tuple[AbstractConnection, AbstractExchange] | None = None
        self._opening = asyncio.Lock()
        self._not_before = 0.0  # after a failed connect, the rest of a batch fails at once instead of one by one
        self._consuming = self._subscribed = False

    def connected(self) -> bool:
        """Tell whether the consumers are live (when there are any) and the last publish found a broker."""
        return (self._consuming or not self._subscribed) and (self._publishing is not None or self._consuming)

    async def publish(self, envelope: Envelope) -> None:
        """Publish persistent and mandatory, and wait for the confirm."""
        exchange = None
        try:
            async with asyncio.timeout(self._publish_timeout):
                exchange = await self._publishing_exchange()
                await exchange.publish(_message(envelope, self._service), routing_key=envelope.type, mandatory=True)
        except PublishError:
            raise Unroutable(envelope.type) from None
        except DeliveryError:  # a full queue, or one without a leader: the channel is as good as before
            raise BrokerUnavailable("a queue refused it") from None
        except asyncio.CancelledError:
            # A confirm that waits while the heartbeat dies raises CancelledError though nobody cancelled us.
            if _cancelled_by_us():
                raise
            await self._drop_publishing(exchange, blocked=False)
            raise BrokerUnavailable("connection lost while waiting for a confirm") from None
        except BROKEN as error:
            await self._drop_publishing(exchange, blocked=isinstance(error, TimeoutError))
            raise BrokerUnavailable(type(error).__name__) from None

    async def _publishing_exchange(self) -> AbstractExchange:
        async with self._opening:
            if self._publishing is None:
                clock = asyncio.get_running_loop().time
                if clock() < self._not_before:
                    raise ConnectionError("the broker was away a moment ago")
                try:
                    self._publishing = await self._open_publishing()
                except BaseException:
                    self._not_before = clock() + 0.5
                    raise
                BROKER_CONNECTED.labels(self._service).set(1)
                BROKER_BLOCKED.labels(self._service).set(0)
            return self._publishing[1]

    async def _open_publishing(self) -> tuple[AbstractConnection, AbstractExchange]:
        connection = await _connect(self._url, f"{self._service}.publish")
        try:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
        except BaseException:
            await _close(connection)
            raise
        return connection, exchange

    async def _drop_publishing(self, exchange: AbstractExchange | None, *, blocked: bool) -> None:
        # A timed out or broken channel may stay so for ever. Only the first of several failures drops it.
        if self._publishing is not None and (exchange is None or self._publishing[1] is exchange):
            connection, self._publishing = self._publishing[0], None
            BROKER_CONNECTED.labels(self._service).set(0)
            BROKER_BLOCKED.labels(self._service).set(1 if blocked else 0)
            await _close(connection)

    async def consume(self, service: str, deliveries: dict[str, Deliver]) -> None:
        """Consume from one queue for each event; connect again whenever connection, channel or a consumer is lost."""
        self._subscribed = True
        pause = 0.2
        while True:
            try:
                if await self._consume_once(service, deliveries):
                    pause = 0.2
                log.warning("consumers_lost", service=service)
            except BROKEN as error:
                log.warning("broker_not_there", service=service, error=type(error).__name__)
            except asyncio.CancelledError:
                if _cancelled_by_us():
                    raise
                log.warning("broker_not_there", service=service, error="CancelledError")
            if _cancelled_by_us():
                raise asyncio.CancelledError
            await asyncio.sleep(pause)
            pause = min(pause * 2, 3.0)

    async def _consume_once(self, service: str, deliveries: dict[str, Deliver]) -> bool:
        """Consume until something is lost; return whether it had begun."""
        consumer = _Consumer(service, deliveries, prefetch=self._prefetch, hold_seconds=self._hold_seconds)
        connection = None
        try:
            async with asyncio.timeout(START_SECONDS):
                connection = await _connect(self._url, f"{service}.consume")
                await consumer.start(connection)
            # Up to Python 3.11 asyncio.wait_for may swallow a cancellation while something is being opened.
            if _cancelled_by_us():
                raise asyncio.CancelledError
            self._consuming = True
            await consumer.lost.wait()
            return True
        finally:
            self._consuming = False
            await consumer.stop()
            if connection is not None:
                await _close(connection)

    async def close(self) -> None:
        """Close the publishing connection."""
        await self._drop_publishing(None, blocked=False)


class _Consumer:
    """The consumers of one connection: declared, started, stopped in the order that loses nothing."""

    def __init__(self, service: str, deliveries: dict[str, Deliver], *, prefetch: int, hold_seconds: float) -> None:
        self._service, self._deliveries, self._prefetch = service, deliveries, prefetch
        self._hold_seconds = hold_seconds
        self._places = asyncio.Semaphore(prefetch)  # the prefetch counts for each queue; the database's pool is one
        self._tags: list[tuple[AbstractQueue, str]] = []
        self._in_flight: set[asyncio.Task[None]] = set()
        self._ending = asyncio.Event()
        self.lost = asyncio.Event()
        """Set when the connection, the channel or one of the queues is gone."""

    async def start(self, connection: AbstractConnection) -> None:
        """Declare and start every queue."""
        channel = await connection.channel()
        for closing in (connection.close_callbacks, channel.close_callbacks):
            closing.add(lambda *_: self.lost.set())
        # A queue that is deleted (or moves) takes its consumer away and leaves the channel open.
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(lambda _frame: self.lost.set())
        await channel.set_qos(prefetch_count=self._prefetch)
        for event_type, deliver in self._deliveries.items():
            queue = await _declare(channel, self._service, event_type)
            tag = await queue.consume(partial(self._receive, deliver), no_ack=False)
            self._tags.append((queue, tag))

    async def _receive(self, deliver: Deliver, message: AbstractIncomingMessage) -> None:
        task = asyncio.create_task(self._answer(message, deliver))
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)

    async def _answer(self, message: AbstractIncomingMessage, deliver: Deliver) -> None:
        verdict = await self._verdict(message, deliver)
        with suppress(*BROKEN):  # a lost channel cannot be answered: the broker redelivers, the inbox knows
            if verdict is Verdict.DONE:
                await message.ack()
            elif verdict is Verdict.DEAD:
                await message.reject(requeue=False)
            else:
                await message.nack(requeue=True)

    async def _verdict(self, message: AbstractIncomingMessage, deliver: Deliver) -> Verdict:
        """Deliver, and again for as long as the answer is LATER and the message may be held."""
        header = message.headers.get("traceparent")
        traceparent = header if isinstance(header, str) else None
        clock = asyncio.get_running_loop().time
        pause, until = 0.5, clock() + self._hold_seconds
        while True:
            async with self._places:
                verdict = await deliver(message.body, traceparent)
            if verdict is not Verdict.LATER or self._ending.is_set() or clock() > until:
                return verdict
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), pause)

    async def stop(self) -> None:
        """Cancel the tags, then wait for what is in flight, since closing first would cancel the handlers."""
        self._ending.set()
        for queue, tag in () if self.lost.is_set() else self._tags:
            with suppress(*BROKEN):
                await asyncio.wait_for(queue.cancel(tag), 2)
        if self._in_flight:
            _, late = await asyncio.wait(self._in_flight, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()


def _message(envelope: Envelope, service: str) -> aio_pika.Message:
    return aio_pika.Message(
        envelope.encode(),
        message_id=str(envelope.id),
        type=envelope.type,
        app_id=service,
        timestamp=envelope.time,
        content_type="application/cloudevents+json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        headers={"traceparent": envelope.traceparent} if envelope.traceparent else {},
    )


def _cancelled_by_us() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _declare(channel: AbstractChannel, service: str, event_type: str) -> AbstractQueue:
    """Declare the queue of a subscription with its dead-letter queue. Arguments are frozen: limits are policies."""
    name = queue_name(service, event_type)
    exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
    dead_exchange = await channel.declare_exchange(DEAD_LETTER_EXCHANGE, aio_pika.ExchangeType.DIRECT, durable=True)
    dead = await channel.declare_queue(f"{name}.dead", durable=True, arguments={"x-queue-type": "quorum"})
    await dead.bind(dead_exchange, routing_key=name)
    queue = await channel.declare_queue(name, durable=True, arguments=queue_arguments(name))
    await queue.bind(exchange, routing_key=event_type)
    return queue


def queue_arguments(name: str) -> dict[str, Any]:
    """Return the arguments of a subscription's queue; a test freezes them, since a change makes declarations fail (406)."""
    return {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": DEAD_LETTER_EXCHANGE,
        "x-dead-letter-routing-key": name,
    }


async def _connect(url: str, name: str) -> AbstractConnection:
    parts = urlsplit(url)
    if "heartbeat=" not in parts.query:
        parts = parts._replace(query="&".join(filter(None, (parts.query, f"heartbeat={HEARTBEAT_SECONDS}"))))
    return await aio_pika.connect(parts.geturl(), timeout=5, client_properties={"connection_name": name})


async def _close(connection: AbstractConnection) -> None:
    with suppress(*BROKEN):
        await asyncio.wait_for(connection.close(), 3)

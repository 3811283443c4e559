"""The queues that the services declare on a real RabbitMQ: with frozen arguments, bound, each with its dead letters."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from espace_embedded.state import SERVICES
from service_kit.amqp import AmqpBroker
from service_kit.consumer import Consumer

from tests.support.agreements import hearings
from tests.support.parts import OpenedPart
from tests.support.waiting import eventually

HEARD = {service: [one.event_type for one in hearings() if one.service == service] for service in SERVICES}


@asynccontextmanager
async def hearing(part: OpenedPart, url: str) -> AsyncIterator[AbstractChannel]:
    """Let a service consume meanwhile; yield a channel of our own; leave no queue."""
    service, foundation = part.part.name, part.resources.foundation
    broker = AmqpBroker(url, service=service)
    consumer = Consumer(service, foundation.database, foundation.opener, part.subscriptions)
    task = asyncio.create_task(consumer.run(broker))
    connection = await aio_pika.connect(url)

    async def connected() -> bool:
        return broker.connected()

    try:
        assert await eventually(connected, bool)
        async with connection.channel() as channel:
            yield channel
            for event_type in HEARD[service]:
                await channel.queue_delete(f"{service}.{event_type}")
                await channel.queue_delete(f"{service}.{event_type}.dead")
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await connection.close()
        await broker.close()


async def dead_letter(channel: AbstractChannel, queue: str) -> bytes:
    """Wait for a message in a dead-letter queue."""
    dead = await channel.get_queue(f"{queue}.dead")

    async def look() -> aio_pika.abc.AbstractIncomingMessage | None:
        return await dead.get(fail=False, no_ack=True)

    message = await eventually(look, lambda found: found is not None)
    return message.body if message else b""


@pytest.mark.parametrize("service", [service for service, heard in HEARD.items() if heard])
async def test_each_subscription_has_a_queue_and_a_place_for_dead_letters(
    parts: dict[str, OpenedPart], rabbitmq_url: str, service: str
):
    async with hearing(parts[service], rabbitmq_url) as channel:
        exchange = await channel.get_exchange("member-space")
        for event_type in HEARD[service]:
            queue = f"{service}.{event_type}"
            frozen = {
                "x-queue-type": "quorum",
                "x-dead-letter-exchange": "member-space.dead",
                "x-dead-letter-routing-key": queue,
            }
            # A declaration with any other argument than the first one's is refused (406).
            await channel.declare_queue(queue, durable=True, arguments=frozen)
            await channel.declare_queue(f"{queue}.dead", durable=True, arguments={"x-queue-type": "quorum"})
            await exchange.publish(aio_pika.Message(b"not an event"), routing_key=event_type, mandatory=True)

            assert await dead_letter(channel, queue) == b"not an event"

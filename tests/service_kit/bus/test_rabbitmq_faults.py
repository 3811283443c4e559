"""RabbitMQ restarts, is killed, loses a queue, refuses; the network to it is cut or silent. Everything arrives, once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from service_kit.amqp import AmqpBroker
from service_kit.broker import EXCHANGE, Broker, BrokerUnavailable
from service_kit.events import Envelope

from tests.support.rabbitmq_server import RabbitMqServer
from tests.support.service_kit_fixtures import (
    Bus,
    Keys,
    Receiver,
    Sender,
    channel_to,
    connected,
    parcel_body,
    parcel_type,
)
from tests.support.tcp_proxy import TcpProxy
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMqServer]:
    """A broker of our own, to be stopped and killed."""
    server = RabbitMqServer.start(tmp_path_factory.mktemp("rabbitmq") / "node")
    yield server
    server.stop()


@pytest.fixture
async def amqp_bus(node: RabbitMqServer, tmp_path: Path) -> AsyncIterator[Bus]:
    """The bus on that broker."""
    made = Bus("amqp", node.url, tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def network(node: RabbitMqServer) -> AsyncIterator[TcpProxy]:
    """The network to that broker."""
    parts = urlsplit(node.url)
    assert parts.hostname is not None
    assert parts.port is not None
    async with TcpProxy(parts.hostname, parts.port) as proxy:
        yield proxy


def through(network: TcpProxy, url: str, *, query: str = "") -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[0] + f"@127.0.0.1:{network.port}"
    return parts._replace(netloc=place, query=query).geturl()


def all_of(numbers: list[int]):
    return lambda found: len(found) >= len(numbers)


async def is_connected(broker: Broker, expected: bool, *, within: float = 30.0) -> bool:
    return await eventually(connected(broker), lambda found: found is expected, within=within)


@pytest.mark.parametrize("way", ["restart", "kill"])
async def test_everything_is_delivered_though_the_broker_goes_and_comes(
    way: str, node: RabbitMqServer, amqp_bus: Bus, sender: Sender, receiver: Receiver
) -> None:
    numbers = list(range(1, 91))
    broker, publisher = amqp_bus.broker("receiver"), amqp_bus.broker("sender")
    async with receiver.hearing(broker):
        await sender.send(*numbers[:30])
        await sender.publish_all(publisher)
        await asyncio.sleep(1.5)  # RabbitMQ 3.10 writes its list of quorum queues down every half second
        if way == "kill":
            await asyncio.to_thread(node.kill)
        restarting = asyncio.create_task(asyncio.to_thread(node.restart))
        await sender.send(*numbers[30:60])
        await sender.relay(publisher).publish_due()
        await restarting
        await sender.send(*numbers[60:])
        came_back = await is_connected(broker, True)
        await sender.publish_all(publisher, within=30)
        received = await eventually(receiver.received, all_of(numbers), within=30)

    assert came_back
    assert received == numbers
    assert await amqp_bus.dead_letters() == []


async def test_everything_is_delivered_though_connections_are_cut(
    network: TcpProxy, amqp_bus: Bus, sender: Sender, receiver: Receiver
) -> None:
    numbers = list(range(1, 201))
    url = through(network, amqp_bus.url)
    publisher = amqp_bus.broker("sender", url=url)
    async with receiver.hearing(amqp_bus.broker("receiver", url=url)):
        await sender.send(*numbers)
        publishing = asyncio.create_task(sender.publish_all(publisher, within=60))
        for _ in range(5):
            await asyncio.sleep(0.3)
            network.reset()
        await publishing
        received = await eventually(receiver.received, all_of(numbers), within=30)

    assert received == numbers
    assert await amqp_bus.dead_letters() == []


async def test_a_silent_network_is_noticed_by_its_heartbeat(
    network: TcpProxy, amqp_bus: Bus, sender: Sender, receiver: Receiver
) -> None:
    broker = amqp_bus.broker("receiver", url=through(network, amqp_bus.url, query="heartbeat=1"))
    publisher = amqp_bus.broker("sender", url=through(network, amqp_bus.url), publish_timeout=0.5)
    async with receiver.hearing(broker):
        await sender.send(1)
        await sender.publish_all(publisher)
        network.black_hole()
        await sender.send(2)
        not_now = await sender.relay(publisher).publish_due()
        noticed = await is_connected(broker, False, within=15)
        await network.heal()
        came_back = await is_connected(broker, True)
        await sender.publish_all(publisher)
        received = await eventually(receiver.received, all_of([1, 2]))

    assert not_now == 0
    assert noticed is False
    assert came_back
    assert received == [1, 2]


async def test_a_publish_that_nobody_confirms_ends_in_time(network: TcpProxy, amqp_bus: Bus, keys: Keys) -> None:
    publisher = amqp_bus.broker("sender", url=through(network, amqp_bus.url), publish_timeout=0.4)
    envelope = Envelope.decode(parcel_body(keys))
    network.black_hole()
    begun = asyncio.get_running_loop().time()
    outcomes = await asyncio.gather(*(publisher.publish(envelope) for _ in range(20)), return_exceptions=True)
    seconds = asyncio.get_running_loop().time() - begun

    assert {type(one) for one in outcomes} == {BrokerUnavailable}
    assert seconds < 2


@pytest.mark.parametrize("first", [20, 50, 80, 110])
async def test_a_connection_may_break_at_any_byte(
    first: int, network: TcpProxy, amqp_bus: Bus, sender: Sender, receiver: Receiver
) -> None:
    """The client's tasks end in many ways, CancelledError among them, though nobody cancelled us."""
    url = through(network, amqp_bus.url)
    async with receiver.hearing(amqp_bus.broker("receiver")):
        pass  # the queue is there
    outcomes: list[str] = []
    for count in range(first, 3000, 120):
        network.cut_after(count)
        consuming = asyncio.create_task(receiver.consumer().run(AmqpBroker(url, service="receiver")))
        publisher = AmqpBroker(url, service="sender", publish_timeout=2)
        await sender.send(count)
        await sender.relay(publisher).publish_due()
        await asyncio.sleep(0.05)
        outcomes += ["the consumer ended"] if consuming.done() else []
        consuming.cancel()
        await asyncio.gather(consuming, return_exceptions=True)
        await publisher.close()
    await network.heal()
    async with receiver.hearing(amqp_bus.broker("receiver")):
        await sender.publish_all(amqp_bus.broker("sender"), within=40)
        numbers = list(range(first, 3000, 120))
        received = await eventually(receiver.received, all_of(numbers), within=20)

    assert outcomes == []
    assert received == numbers


async def test_a_queue_that_is_deleted_while_it_is_consumed_is_declared_again(
    amqp_bus: Bus, sender: Sender, receiver: Receiver
) -> None:
    broker = amqp_bus.broker("receiver")
    async with receiver.hearing(broker):
        await sender.send(1)
        await sender.publish_all(amqp_bus.broker("sender"))
        await eventually(receiver.received, all_of([1]))
        async with channel_to(amqp_bus.url) as channel:
            await channel.queue_delete(amqp_bus.queue)
        noticed = await is_connected(broker, False, within=3)
        came_back = await is_connected(broker, True)
        await sender.send(2)
        await sender.publish_all(amqp_bus.broker("sender"))
        received = await eventually(receiver.received, all_of([1, 2]))

    assert noticed is False
    assert came_back
    assert received == [1, 2]


async def test_a_full_queue_does_not_hold_up_other_events(amqp_bus: Bus, sender: Sender, receiver: Receiver) -> None:
    full = parcel_type(f"full.{amqp_bus.event_type}")
    async with channel_to(amqp_bus.url) as channel:
        arguments = {"x-max-length": 1, "x-overflow": "reject-publish", "x-queue-type": "classic"}
        queue = await channel.declare_queue(f"full.{amqp_bus.event_type}", arguments=arguments)
        await queue.bind(EXCHANGE, routing_key=full.event_type)
        await sender.send(*range(1, 11), event=full)
        await sender.send(11, 12)
        async with receiver.hearing(amqp_bus.broker("receiver")):
            published = await sender.relay(amqp_bus.broker("sender")).publish_due()
            received = await eventually(receiver.received, all_of([11, 12]))
        await queue.delete(if_empty=False)

    assert published == 3
    assert received == [11, 12]


async def test_a_queue_with_other_arguments_is_waited_for_and_taken_over(
    amqp_bus: Bus, sender: Sender, receiver: Receiver
) -> None:
    """Changed arguments make a declaration fail (406): an operator deletes the old queue, and nobody need be restarted."""
    broker = amqp_bus.broker("receiver")
    async with channel_to(amqp_bus.url) as channel:
        await channel.declare_queue(amqp_bus.queue, durable=True)
        consuming = asyncio.create_task(receiver.consumer().run(broker))
        await asyncio.sleep(1)
        before = (broker.connected(), consuming.done())
        await channel.queue_delete(amqp_bus.queue)
        came_back = await is_connected(broker, True)
    consuming.cancel()
    with suppress(asyncio.CancelledError):
        await consuming

    assert before == (False, False)
    assert came_back

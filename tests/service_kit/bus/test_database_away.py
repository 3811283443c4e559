"""The receiver's database goes away while events come: they wait, and none becomes a dead letter."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from service_kit.database import Database

from tests.support.service_kit_fixtures import Bus, Keys, ParcelReader, Receiver, Sender, channel_to
from tests.support.tcp_proxy import TcpProxy
from tests.support.waiting import eventually


@pytest.fixture
async def network(database_url: str) -> AsyncIterator[TcpProxy]:
    """The network between the receiver and its database."""
    parts = urlsplit(database_url)
    assert parts.hostname is not None
    assert parts.port is not None
    async with TcpProxy(parts.hostname, parts.port) as proxy:
        yield proxy


@pytest.fixture
async def receiver(database_url: str, network: TcpProxy, keys: Keys, bus: Bus) -> AsyncIterator[Receiver]:
    """A receiver at the far end of that network."""
    parts = urlsplit(database_url)
    place = parts.netloc.rpartition("@")[0] + f"@127.0.0.1:{network.port}"
    database = await Database.open(parts._replace(netloc=place).geturl(), service="receiver", pool_size=20)
    yield Receiver(database, keys.opener("receiver"), bus.event_type)
    await database.close()


async def test_events_wait_while_the_database_refuses_connections(
    bus: Bus, sender: Sender, receiver: Receiver, network: TcpProxy
) -> None:
    await sender.send(*range(1, 21))
    async with receiver.hearing(bus.broker("receiver")):
        network.refuse()
        publishing = asyncio.create_task(sender.publish_all(bus.broker("sender"), within=40))
        await asyncio.sleep(3)
        assert receiver.calls == []
        await network.heal()
        await publishing
        received = await eventually(receiver.received, lambda found: len(found) == 20, within=20)

    assert received == list(range(1, 21))
    assert await bus.dead_letters() == []


async def test_a_transaction_that_is_cut_is_made_again(
    bus: Bus, sender: Sender, receiver: Receiver, network: TcpProxy
) -> None:
    async def cut_the_first(_parcel: ParcelReader) -> None:
        if len(receiver.calls) == 1:
            network.reset()
            await asyncio.sleep(0.1)

    receiver.before = cut_the_first
    await sender.send(1, 2, 3)
    async with receiver.hearing(bus.broker("receiver")):
        await sender.publish_all(bus.broker("sender"), within=40)
        received = await eventually(receiver.received, lambda found: len(found) == 3, within=20)

    assert received == [1, 2, 3]
    assert await bus.dead_letters() == []


@pytest.mark.parametrize("bus", ["amqp"], indirect=True)
async def test_an_outage_does_not_use_up_the_deliveries_of_an_event(
    bus: Bus, sender: Sender, receiver: Receiver, network: TcpProxy
) -> None:
    """RabbitMQ up to 4.2 counts each time that a message is given back, and buries it at the limit of 50."""
    await sender.send(1)
    async with receiver.hearing(bus.broker("receiver")):
        network.refuse()
        await sender.publish_all(bus.broker("sender"))
        await asyncio.sleep(6)
    async with channel_to(bus.url) as channel:
        message = await (await channel.get_queue(bus.queue)).get()

    assert receiver.calls == []
    assert message.headers["x-delivery-count"] == 1  # given back when the receiver stopped

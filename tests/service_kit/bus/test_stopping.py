"""Stopping while events are being handled: what has begun is finished, what has not is delivered again."""

import asyncio
import random
from collections import Counter

from tests.support.service_kit_fixtures import Bus, ParcelReader, Receiver, Sender
from tests.support.waiting import eventually

NUMBERS = list(range(1, 61))


async def test_a_stop_finishes_what_has_begun_and_loses_nothing(bus: Bus, sender: Sender, receiver: Receiver) -> None:
    begun = asyncio.Event()

    async def take_a_while(parcel: ParcelReader) -> None:
        begun.set()
        await asyncio.sleep(0.2)

    receiver.before = take_a_while
    await sender.send(*NUMBERS)
    publishing = None
    async with receiver.hearing(bus.broker("receiver")):
        publishing = asyncio.create_task(sender.publish_all(bus.broker("sender"), within=40))
        await begun.wait()
    handled_when_stopped = await receiver.received()
    begun_when_stopped = Counter(receiver.calls)
    async with receiver.hearing(bus.broker("receiver")):
        await publishing
        received = await eventually(receiver.received, lambda found: len(found) == len(NUMBERS), within=20)

    assert sorted(begun_when_stopped) == handled_when_stopped
    assert 0 < len(handled_when_stopped) < len(NUMBERS)
    assert received == NUMBERS
    assert await bus.dead_letters() == []


async def test_a_handler_that_does_not_end_is_cut_and_its_event_comes_again(
    amqp_bus: Bus, sender: Sender, receiver: Receiver, monkeypatch
) -> None:
    monkeypatch.setattr("service_kit.amqp.STOP_SECONDS", 0.3)

    async def hang(_parcel: ParcelReader) -> None:
        await asyncio.sleep(3600)

    receiver.before = hang
    await sender.send(1)
    async with receiver.hearing(amqp_bus.broker("receiver")):
        await sender.publish_all(amqp_bus.broker("sender"))
        await eventually(lambda: asyncio.sleep(0, receiver.calls), bool)
    after_the_stop = await receiver.received()
    receiver.before = None
    async with receiver.hearing(amqp_bus.broker("receiver")):
        received = await eventually(receiver.received, bool)

    assert after_the_stop == []
    assert received == [1]


async def test_a_stop_in_the_midst_of_connecting_ends_it(amqp_bus: Bus, receiver: Receiver) -> None:
    """Up to Python 3.11 a cancellation may be swallowed while something is being opened."""
    chance = random.Random(4711)
    for pause in [0.0, *(chance.uniform(0.0005, 0.008) for _ in range(100)), 0.03, 0.06]:
        broker = amqp_bus.broker("receiver")
        task = asyncio.create_task(receiver.consumer().run(broker))
        await asyncio.sleep(pause)
        task.cancel()
        ended, _ = await asyncio.wait([task], timeout=10)
        task.cancel()

        assert ended == {task}
        assert task.cancelled()
        assert not broker.connected()

"""From the outbox to the handler, on both brokers: once, dead at once, tried again, or later."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import asyncpg
import pytest
from prometheus_client import REGISTRY
from service_kit.broker import Unroutable
from service_kit.database import Database
from service_kit.events import Envelope
from service_kit.problems import FinalEventError
from service_kit.subscriptions import Reader

from tests.support.service_kit_fixtures import (
    SECRET,
    Bus,
    Keys,
    ParcelReader,
    Receiver,
    Sender,
    parcel_body,
    parcel_type,
)
from tests.support.waiting import eventually


class AnotherReader(Reader):
    """Wants a field that no parcel has."""

    weight: int


def fail_with(error: Exception, *, times: int = 1000) -> Callable[[ParcelReader], Awaitable[None]]:
    left = [error] * times

    async def fail(_parcel: ParcelReader) -> None:
        if left:
            raise left.pop()

    return fail


def count_is(number: int) -> Callable[[list[int]], bool]:
    return lambda found: len(found) >= number


async def dead_letters(bus: Bus) -> list[bytes]:
    return await eventually(bus.dead_letters, bool)


async def test_an_event_is_handled_once_and_leaves_the_outbox(bus: Bus, sender: Sender, receiver: Receiver) -> None:
    await sender.send(1, 2, 3)
    async with receiver.hearing(bus.broker("receiver")):
        await sender.publish_all(bus.broker("sender"))
        received = await eventually(receiver.received, count_is(3))

    assert received == [1, 2, 3]
    assert sorted(receiver.calls) == [1, 2, 3]
    assert await bus.dead_letters() == []


async def test_the_same_event_delivered_again_is_not_handled_again(
    bus: Bus, sender: Sender, receiver: Receiver
) -> None:
    await sender.send(1)
    async with receiver.hearing(bus.broker("receiver")):
        broker = bus.broker("sender")
        await sender.publish_all(broker)
        await eventually(receiver.received, count_is(1))
        async with sender.database.transaction() as connection:
            await connection.execute('UPDATE outbox SET published_at = NULL, data = data || \'{"addressee": "x"}\'')
        await sender.publish_all(broker)
        await sender.send(2)
        await sender.publish_all(broker)
        received = await eventually(receiver.received, count_is(2))

    assert received == [1, 2]
    assert receiver.calls == [1, 2]


async def test_copies_handled_at_the_same_time_count_once(database: Database, keys: Keys) -> None:
    receiver = Receiver(database, keys.opener("receiver"), "parcel.sent.v1")
    receiver.before = lambda _parcel: asyncio.sleep(0.05)
    deliver = receiver.delivery()
    body = parcel_body(keys, data={"number": 7})
    verdicts = await asyncio.gather(*(deliver(body, None) for _ in range(8)))

    assert {verdict.value for verdict in verdicts} == {"done"}
    assert await receiver.received() == [7]


async def test_an_event_that_does_not_fit_the_reader_is_dead_at_once(
    bus: Bus, sender: Sender, receiver: Receiver
) -> None:
    await sender.send(1)
    async with receiver.hearing(bus.broker("receiver"), reader=AnotherReader):
        await sender.publish_all(bus.broker("sender"))
        dead = await dead_letters(bus)

    assert len(dead) == 1
    assert SECRET.encode() not in dead[0]
    assert receiver.calls == []


async def test_a_final_refusal_is_dead_at_once(bus: Bus, sender: Sender, receiver: Receiver) -> None:
    receiver.before = fail_with(FinalEventError())
    await sender.send(1)
    async with receiver.hearing(bus.broker("receiver")):
        await sender.publish_all(bus.broker("sender"))
        dead = await dead_letters(bus)

    assert len(dead) == 1
    assert receiver.calls == [1]
    assert await receiver.received() == []


async def test_an_unknown_error_is_tried_four_times_and_then_dead(bus: Bus, sender: Sender, receiver: Receiver) -> None:
    receiver.before = fail_with(RuntimeError("a mistake of ours"))
    await sender.send(1)
    async with receiver.hearing(bus.broker("receiver")):
        await sender.publish_all(bus.broker("sender"))
        dead = await dead_letters(bus)

    assert len(dead) == 1
    assert receiver.calls == [1, 1, 1, 1]
    assert await receiver.received() == []


async def test_an_error_that_passes_is_forgotten(bus: Bus, sender: Sender, receiver: Receiver) -> None:
    receiver.before = fail_with(RuntimeError("by chance"), times=2)
    await sender.send(1)
    async with receiver.hearing(bus.broker("receiver")):
        await sender.publish_all(bus.broker("sender"))
        received = await eventually(receiver.received, count_is(1))

    assert received == [1]
    assert await bus.dead_letters() == []


async def test_one_bad_event_does_not_hold_up_the_others(bus: Bus, sender: Sender, receiver: Receiver) -> None:
    async def refuse_the_third(parcel: ParcelReader) -> None:
        if parcel.number == 3:
            raise FinalEventError

    receiver.before = refuse_the_third
    await sender.send(*range(1, 41))
    async with receiver.hearing(bus.broker("receiver")):
        await sender.publish_all(bus.broker("sender"))
        received = await eventually(receiver.received, count_is(39))
        dead = await dead_letters(bus)

    assert received == [number for number in range(1, 41) if number != 3]
    assert len(dead) == 1


async def test_an_event_that_nobody_hears_stays_in_the_outbox(bus: Bus, sender: Sender) -> None:
    await sender.send(1)
    broker = bus.broker("sender")
    published = await sender.relay(broker).publish_due()

    assert published == 0
    assert await sender.unpublished() == 1
    with pytest.raises(Unroutable):
        await broker.publish(Envelope.decode(parcel_body(Keys.make())))


async def test_an_event_without_a_queue_does_not_hold_up_the_others(
    bus: Bus, sender: Sender, receiver: Receiver
) -> None:
    await sender.send(1, event=parcel_type("nobody.hears.v1"))
    await sender.send(2)
    async with receiver.hearing(bus.broker("receiver")):
        published = await sender.relay(bus.broker("sender")).publish_due()
        received = await eventually(receiver.received, count_is(1))

    assert published == 1
    assert received == [2]
    assert await sender.unpublished() == 1


async def test_the_sealed_part_is_gone_once_published(
    bus: Bus, sender: Sender, receiver: Receiver, connection: asyncpg.Connection
) -> None:
    await sender.send(1)
    before = await connection.fetchrow("SELECT sealed, outbox::text AS row FROM outbox")
    async with receiver.hearing(bus.broker("receiver")):
        await sender.publish_all(bus.broker("sender"))
        await eventually(receiver.received, count_is(1))
    after = await connection.fetchval("SELECT sealed FROM outbox")

    assert before["sealed"] is not None
    assert SECRET not in before["row"]
    assert after is None
    assert await connection.fetchval("SELECT addressee FROM received") == SECRET


async def test_who_is_no_recipient_cannot_open_the_sealed_part(bus: Bus, sender: Sender, keys: Keys) -> None:
    stranger = Receiver(sender.database, keys.opener("stranger"), bus.event_type)
    await sender.send(1)
    async with stranger.hearing(bus.broker("receiver")):
        await sender.publish_all(bus.broker("sender"))
        dead = await dead_letters(bus)

    assert len(dead) == 1
    assert SECRET.encode() not in dead[0]
    assert stranger.calls == []


async def test_dead_events_are_counted_from_nought_so_that_the_first_is_an_increase(
    in_process_bus: Bus, receiver: Receiver
):
    replace(receiver, event_type="parcel.counted.v1").delivery()
    labels = {"service": "receiver", "event": "parcel.counted.v1", "verdict": "dead"}

    assert REGISTRY.get_sample_value("events_handled_total", labels) == 0.0

"""What could not be handled: kept by the broker's policies, shown, replayed or discarded from the command line."""

import argparse
from collections.abc import Awaitable, Callable

import aio_pika
import pytest
from service_kit.broker import DEAD_LETTER_EXCHANGE
from service_kit.dead_letters import add_arguments, run_dead_letters
from service_kit.problems import FinalEventError

from tests.support.service_kit_fixtures import SECRET, Bus, ParcelReader, Receiver, Sender, channel_to
from tests.support.waiting import eventually

LIMIT = 50  # deploy/rabbitmq/definitions.json

Run = Callable[..., Awaitable[str]]


@pytest.fixture
def run(amqp_bus: Bus, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `dead-letters …` and returns what it printed."""

    async def run_with(*arguments: str) -> str:
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        await run_dead_letters(amqp_bus.url, "receiver", (amqp_bus.event_type,), parser.parse_args(arguments))
        return capsys.readouterr().out.strip()

    return run_with


@pytest.fixture
async def three_dead(amqp_bus: Bus, sender: Sender, receiver: Receiver) -> None:
    """Three events that were refused, and something that is no event."""
    receiver.before = refuse
    await sender.send(1, 2, 3)
    async with receiver.hearing(amqp_bus.broker("receiver")):
        await sender.publish_all(amqp_bus.broker("sender"))
        await eventually(lambda: length_of(amqp_bus), lambda number: number == 3)
    receiver.before = None
    receiver.calls.clear()
    async with channel_to(amqp_bus.url) as channel:
        exchange = await channel.get_exchange(DEAD_LETTER_EXCHANGE)
        message = aio_pika.Message(f'{{"id": 5, "data": {{}}, "who": "{SECRET}"}}'.encode())
        await exchange.publish(message, routing_key=amqp_bus.queue)


async def refuse(_parcel: ParcelReader) -> None:
    raise FinalEventError


async def length_of(bus: Bus, suffix: str = ".dead") -> int:
    async with channel_to(bus.url) as channel:
        queue = await channel.get_queue(f"{bus.queue}{suffix}")
        return queue.declaration_result.message_count or 0


@pytest.mark.usefixtures("three_dead")
async def test_dead_letters_are_listed_in_groups_without_anything_personal(amqp_bus: Bus, run: Run) -> None:
    printed = await run("list")
    groups = [
        f"{amqp_bus.queue}.dead: 1 × ?: not an event envelope",
        f"{amqp_bus.queue}.dead: 3 × rejected: {amqp_bus.event_type} from /sender with number, parcel_id, version",
    ]

    assert printed.splitlines() == groups
    assert SECRET not in printed
    assert await eventually(lambda: length_of(amqp_bus), lambda number: number == 4) == 4


@pytest.mark.usefixtures("three_dead")
async def test_a_replay_is_told_before_it_is_done(amqp_bus: Bus, run: Run) -> None:
    printed = await run("replay")

    assert "3 × rejected" in printed
    assert "would be replayed" in printed
    assert await eventually(lambda: length_of(amqp_bus), lambda number: number == 4) == 4
    assert await length_of(amqp_bus, "") == 0


@pytest.mark.usefixtures("three_dead")
async def test_a_replayed_event_is_handled_by_its_own_service(
    amqp_bus: Bus, run: Run, receiver: Receiver, sender: Sender
) -> None:
    printed = await run("replay", "--really", "--limit", "3")
    async with receiver.hearing(amqp_bus.broker("receiver")):
        received = await eventually(receiver.received, lambda found: len(found) == 3)

    assert printed.endswith("replayed")
    assert received == [1, 2, 3]
    assert await length_of(amqp_bus) == 1  # what is no event comes after the first three


@pytest.mark.usefixtures("three_dead")
async def test_an_event_that_dies_again_is_not_replayed_for_ever(amqp_bus: Bus, run: Run, receiver: Receiver) -> None:
    receiver.before = refuse
    async with receiver.hearing(amqp_bus.broker("receiver")):
        await run("replay", "--really")
        await eventually(lambda: length_of(amqp_bus), lambda number: number == 4)

    assert sorted(receiver.calls) == [1, 2, 3]


@pytest.mark.usefixtures("three_dead")
async def test_a_replay_that_finds_no_queue_keeps_the_dead_letters(amqp_bus: Bus, run: Run) -> None:
    async with channel_to(amqp_bus.url) as channel:
        await channel.queue_delete(amqp_bus.queue)
    printed = await run("replay", "--really")

    assert "stopped after 0" in printed
    assert await eventually(lambda: length_of(amqp_bus), lambda number: number == 4) == 4


@pytest.mark.usefixtures("three_dead")
async def test_dead_letters_are_discarded_only_when_it_is_really_meant(amqp_bus: Bus, run: Run) -> None:
    told = await run("discard")
    before = await eventually(lambda: length_of(amqp_bus), lambda number: number == 4)
    done = await run("discard", "--really", "--event", amqp_bus.event_type)
    after = await run("list")

    assert "would be discarded" in told
    assert before == 4
    assert "3 × rejected" in done
    assert after == f"{amqp_bus.queue}.dead: empty"


async def test_a_queue_that_was_never_declared_is_told_in_a_line(amqp_bus: Bus, run: Run) -> None:
    assert await run("list") == f"{amqp_bus.queue}.dead: no such queue yet"


async def test_an_event_that_the_service_does_not_hear_is_told_in_a_line(
    amqp_bus: Bus, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        await run("list", "--event", "no.such.event.v1")

    assert ended.value.code == 2
    assert f"it hears {amqp_bus.event_type}" in capsys.readouterr().err


async def test_a_broker_that_is_away_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with pytest.raises(SystemExit) as ended:
        await run_dead_letters("amqp://u:secret@127.0.0.1:1/", "receiver", ("a.b.v1",), parser.parse_args(["list"]))

    assert ended.value.code == 2
    assert capsys.readouterr().err == "the broker cannot be reached: AMQPConnectionError\n"


async def test_an_event_that_kills_its_reader_each_time_is_dead_at_the_limit(
    amqp_bus: Bus, sender: Sender, receiver: Receiver
) -> None:
    """The limit comes by policy: without it the event would come for ever (RabbitMQ 3.10)."""
    await sender.send(1)
    async with receiver.hearing(amqp_bus.broker("receiver")):
        pass
    await sender.publish_all(amqp_bus.broker("sender"))
    taken = 0
    while await eventually(lambda: length_of(amqp_bus, ""), bool, within=1) and taken <= LIMIT:
        async with channel_to(amqp_bus.url) as channel:
            await (await channel.get_queue(amqp_bus.queue)).get()
            taken += 1

    assert taken == LIMIT + 1
    assert await eventually(lambda: length_of(amqp_bus), bool) == 1


@pytest.mark.usefixtures("three_dead")
async def test_dead_letters_may_be_looked_at_any_number_of_times(amqp_bus: Bus, run: Run) -> None:
    """RabbitMQ 4 drops what was given back twenty times, unless a policy says otherwise."""
    for _ in range(22):
        await run("list")
        await eventually(lambda: length_of(amqp_bus), lambda number: number == 4)

    assert await length_of(amqp_bus) == 4

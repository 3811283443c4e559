"""The relay: leases, several at once, and one that is killed at the worst moment."""

import asyncio
import json
import signal
import sys
from collections import Counter
from pathlib import Path

import asyncpg
import pytest
from service_kit import outbox
from service_kit.broker import Broker, BrokerUnavailable, Deliver
from service_kit.events import Envelope

from tests.support.service_kit_fixtures import Bus, Keys, Receiver, Sender, channel_to
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[3]


class CountingBroker(Broker):
    """Passes everything on to a real broker and counts what was published."""

    def __init__(self, real: Broker) -> None:
        self._real = real
        self.published: Counter[str] = Counter()
        self.fail_on: type[Exception] | None = None

    async def publish(self, envelope: Envelope) -> None:
        self.published[str(envelope.id)] += 1
        if self.fail_on is not None:
            raise self.fail_on("on purpose")
        await self._real.publish(envelope)

    async def consume(self, service: str, deliveries: dict[str, Deliver]) -> None:
        await self._real.consume(service, deliveries)

    def connected(self) -> bool:
        return self._real.connected()

    async def close(self) -> None:
        await self._real.close()


async def test_relays_at_once_publish_each_event_once(bus: Bus, sender: Sender, receiver: Receiver) -> None:
    numbers = list(range(1, 351))
    ids = await sender.send(*numbers)
    async with receiver.hearing(bus.broker("receiver")):
        broker = CountingBroker(bus.broker("sender"))
        await asyncio.gather(*(sender.publish_all(broker) for _ in range(4)))
        received = await eventually(receiver.received, lambda found: len(found) == 350, within=30)

    assert Counter(map(str, ids)) == broker.published
    assert received == numbers


async def test_a_leased_event_is_left_alone_until_the_lease_has_run_out(
    bus: Bus, sender: Sender, receiver: Receiver
) -> None:
    await sender.send(1)
    async with sender.database.transaction() as connection:
        claimed = await outbox.claim(connection, source="sender", limit=10, lease_seconds=1.0)
    async with receiver.hearing(bus.broker("receiver")):
        relay = sender.relay(bus.broker("sender"))
        at_once = await relay.publish_due()
        await asyncio.sleep(1.1)
        later = await relay.publish_due()

    assert len(claimed) == 1
    assert at_once == 0
    assert later == 1


async def test_events_that_are_being_recorded_are_not_waited_for(
    bus: Bus, sender: Sender, receiver: Receiver, connection: asyncpg.Connection
) -> None:
    """A position is drawn before its transaction commits: a relay that remembers the last one would lose the event."""
    await sender.send(1)
    async with receiver.hearing(bus.broker("receiver")):
        async with connection.transaction():
            await connection.execute(
                """
                INSERT INTO outbox (id, type, subject, occurred_at, data)
                SELECT gen_random_uuid(), type, subject, occurred_at, data || '{"number": 2, "addressee": ""}' FROM outbox
                """
            )
            await sender.send(3)
            await sender.publish_all(bus.broker("sender"))
            before = await eventually(receiver.received, lambda found: len(found) == 2)
        await sender.publish_all(bus.broker("sender"))
        after = await eventually(receiver.received, lambda found: len(found) == 3)

    assert before == [1, 3]
    assert after == [1, 2, 3]


async def test_an_event_that_breaks_its_publish_does_not_hold_up_the_others(
    bus: Bus, sender: Sender, receiver: Receiver, connection: asyncpg.Connection
) -> None:
    ids = await sender.send(1, 2, 3)
    await connection.execute("UPDATE outbox SET type = E'\\u0001' || repeat('x', 300) WHERE id = $1", ids[1])
    async with receiver.hearing(bus.broker("receiver")):
        for _ in range(3):
            await sender.relay(bus.broker("sender")).publish_due()
        received = await eventually(receiver.received, lambda found: len(found) == 2)

    assert received == [1, 3]
    assert await sender.unpublished() == 1


@pytest.mark.parametrize(
    ("failure", "pause"), [(BrokerUnavailable, (0.5, 1.0)), (KeyError, (29.0, 30.0))], ids=["away", "mistake"]
)
async def test_what_could_not_be_published_is_given_back_after_a_pause(
    failure: type[Exception],
    pause: tuple[float, float],
    in_process_bus: Bus,
    sender: Sender,
    connection: asyncpg.Connection,
) -> None:
    await sender.send(1, 2)
    broker = CountingBroker(in_process_bus.broker("sender"))
    broker.fail_on = failure
    published = await sender.relay(broker).publish_due()
    seconds = await connection.fetchval("SELECT extract(epoch FROM max(claimed_until) - now())::float8 FROM outbox")

    assert published == 0
    assert pause[0] < seconds <= pause[1]


async def test_the_age_of_the_oldest_unpublished_event_is_told(sender: Sender, in_process_bus: Bus) -> None:
    async with sender.database.connection() as connection:
        before = await outbox.oldest_age_seconds(connection)
        await sender.send(1, 2)
        await connection.execute("UPDATE outbox SET recorded_at = now() - interval '90 s' WHERE data->>'number' = '2'")
        after = await outbox.oldest_age_seconds(connection)

    assert before == 0.0
    assert 90.0 <= after < 95.0


async def test_an_event_whose_relay_was_killed_before_it_could_mark_it_is_handled_once(
    bus: Bus, sender: Sender, receiver: Receiver, keys: Keys, database_url: str, connection: asyncpg.Connection
) -> None:
    await sender.send(1)
    if bus.kind == "amqp":
        async with receiver.hearing(bus.broker("receiver")):
            pass  # the queue is there; what is published now waits in it
    told = {
        "kind": bus.kind,
        "url": bus.url,
        "folder": str(bus.folder),
        "event_type": bus.event_type,
        "database_url": database_url,
        "keys": [key.as_dict(private=True) for key in keys.private.values()],
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.dying_relay", cwd=ROOT, stdin=asyncio.subprocess.PIPE
    )
    await process.communicate(json.dumps(told).encode())
    unmarked = await sender.unpublished()
    await connection.execute("UPDATE outbox SET claimed_until = now()")  # thirty seconds later
    await sender.send(2)
    async with receiver.hearing(bus.broker("receiver")):
        await sender.publish_all(bus.broker("sender"))
        received = await eventually(receiver.received, lambda found: len(found) == 2)
        if bus.kind == "amqp":
            await eventually(lambda: waiting(bus), lambda number: number == 0)

    assert process.returncode == -signal.SIGKILL
    assert unmarked == 1
    assert received == [1, 2]
    assert await bus.dead_letters() == []


async def waiting(bus: Bus) -> int:
    """Return how many messages lie in the receiver's queue."""
    async with channel_to(bus.url) as channel:
        return (await channel.get_queue(bus.queue)).declaration_result.message_count or 0

"""A process that is ahead of its tables waits for them, says so once, and sets nothing aside."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
from service_kit.amqp import AmqpBroker
from service_kit.consumer import Consumer
from service_kit.database import Database
from service_kit.migrate import MigrationRefused, migrate, wait_until_migrated
from service_kit.relay import Relay

from tests.support.service_kit_fixtures import channel_to
from tests.support.tiny_endpoints import ParcelAsked, Tiny
from tests.support.tiny_fixtures import Place, running
from tests.support.tiny_service import MIGRATIONS, TinySettings, background, open_tiny
from tests.support.waiting import eventually

QUEUE = "tiny.parcel.asked.v1"
NewDatabase = Callable[..., Awaitable[str]]


async def put_events_into_the_queue(tiny: Tiny, rabbitmq_url: str, *numbers: int) -> None:
    """Publish as another service would, which has its tables, to the queue of a worker that was here before."""
    foundation, broker = tiny.foundation, AmqpBroker(rabbitmq_url, service="tiny")
    assert isinstance(foundation.settings, TinySettings)
    heard = background(tiny, foundation.settings).subscriptions
    consuming = asyncio.create_task(Consumer("tiny", foundation.database, foundation.opener, heard).run(broker))
    await eventually(lambda: asyncio.sleep(0, broker.connected()), bool)
    consuming.cancel()
    await asyncio.gather(consuming, return_exceptions=True)
    async with foundation.database.transaction() as connection:
        for number in numbers:
            ids = foundation.entropy.new_id(), foundation.entropy.new_id()
            event = ParcelAsked(version=1, parcel_id=ids[0], number=number, addressee="Ada")
            await foundation.outbox.append(connection, event, event_id=ids[1], occurred_at=foundation.clock.now())
    await Relay("tiny", foundation.database, broker).publish_due()
    await broker.close()


async def dead_letters(rabbitmq_url: str) -> int:
    async with channel_to(rabbitmq_url) as channel:
        queue = await channel.declare_queue(f"{QUEUE}.dead", passive=True)
        assert isinstance(queue.declaration_result.message_count, int)
        return queue.declaration_result.message_count


async def received(url: str) -> list[int]:
    connection = await asyncpg.connect(url)
    try:
        return [row["number"] for row in await connection.fetch("SELECT number FROM received ORDER BY number")]
    finally:
        await connection.close()


@pytest.mark.alone  # its queue is that of the tiny service's other workers
async def test_a_worker_that_is_ahead_of_its_tables_waits_and_then_handles_everything(
    new_database: NewDatabase, rabbitmq_url: str, tmp_path: Path
) -> None:
    place, late, elsewhere = Place.make(tmp_path), await new_database("tiny"), await new_database("tiny")
    await migrate(elsewhere, service="tiny", directory=MIGRATIONS)
    environment = place.environment(late, rabbitmq_url)
    async with (
        open_tiny(TinySettings(**place.values(elsewhere, rabbitmq_url))) as tiny,
        running("work", environment=environment) as worker,
    ):
        told = (await worker.lines_until("database_not_migrated_yet"))[-1]
        await put_events_into_the_queue(tiny, rabbitmq_url, 1, 2, 3)
        dead_before = await dead_letters(rabbitmq_url)
        async with running("migrate", environment=environment) as migrating:
            migrated_with, _ = await migrating.end()
        found = await eventually(lambda: received(late), lambda numbers: len(numbers) == 3)
        worker.signal()
        ended_with, written = await worker.end()

    assert told["missing"] == ["0001_outbox_and_inbox.sql", "0001_parcels.sql"]
    assert (migrated_with, ended_with) == (0, 0)
    assert found == [1, 2, 3]
    assert await dead_letters(rabbitmq_url) == dead_before
    assert "event_failed" not in written
    assert "database_not_migrated_yet" not in written  # once was enough


@pytest.mark.parametrize("verb", ["serve", "work"])
async def test_a_process_that_still_waits_for_its_tables_ends_at_once(
    verb: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    environment = Place.make(tmp_path).environment(await new_database("tiny"))
    async with running(verb, environment=environment) as process:
        await process.lines_until("database_not_migrated_yet")
        process.signal()
        status, _ = await process.end(within=8)

    assert status == 0


async def test_a_later_migration_is_waited_for_and_more_than_ours_are_not(
    new_database: NewDatabase, tmp_path: Path
) -> None:
    (tmp_path / "0001_a.sql").write_text("SELECT 1")
    url = await new_database("tiny")
    await migrate(url, service="later", directory=tmp_path)
    database = await Database.open(url, service="later")
    try:
        await wait_until_migrated(database, service="later", directory=tmp_path)
        (tmp_path / "0002_b.sql").write_text("SELECT 1")
        waiting = asyncio.create_task(wait_until_migrated(database, service="later", directory=tmp_path))
        done_before, _ = await asyncio.wait([waiting], timeout=0.5)
        await migrate(url, service="later", directory=tmp_path)
        await asyncio.wait_for(waiting, 5)
        (tmp_path / "0002_b.sql").unlink()
        await asyncio.wait_for(wait_until_migrated(database, service="later", directory=tmp_path), 1)
    finally:
        await database.close()

    assert done_before == set()


async def test_files_that_would_never_be_applied_are_told_and_not_waited_for(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "0002_b.sql").write_text("SELECT 1")
    with pytest.raises(MigrationRefused, match="without a gap"):
        await wait_until_migrated(database, service="later", directory=tmp_path)

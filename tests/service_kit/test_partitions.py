"""Days of the outbox and the inbox: made ahead, dropped when old, and never with an event that has not left."""

from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from service_kit.clock import Clock
from service_kit.database import Database
from service_kit.maintenance import INBOX_DAYS, OUTBOX_DAYS, Maintenance
from service_kit.partitions import DAYS_AHEAD, drop_old_partitions, ensure_partitions

TODAY = datetime.now(UTC).date()


class StoppedClock(Clock):
    """Tells the same instant for ever."""

    def __init__(self, day: date) -> None:
        self._instant = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self._instant


async def partitions(connection: asyncpg.Connection, table: str) -> list[str]:
    rows = await connection.fetch(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass", table
    )
    return sorted(row["name"] for row in rows)


async def record(connection: asyncpg.Connection, day: date, *, published: bool) -> None:
    await connection.execute(
        """
        INSERT INTO outbox (recorded_on, id, type, subject, occurred_at, data, published_at)
        VALUES ($1, gen_random_uuid(), 'a.b.v1', 's/1', now(), '{}', CASE WHEN $2 THEN now() END)
        """,
        day,
        published,
    )


async def hear(connection: asyncpg.Connection, day: date) -> None:
    await connection.execute("INSERT INTO inbox VALUES ($1, gen_random_uuid(), 'a.b.v1')", day)


def days(table: str, first: date, number: int) -> list[str]:
    return [f"{table}_{first + timedelta(days=n):%Y%m%d}" for n in range(number)]


@pytest.mark.parametrize("table", ["outbox", "inbox"])
async def test_partitions_are_made_a_week_ahead(table: str, connection: asyncpg.Connection) -> None:
    before = await partitions(connection, table)
    await ensure_partitions(connection, today=TODAY + timedelta(days=2))
    after = await partitions(connection, table)

    assert before == [*days(table, TODAY, DAYS_AHEAD + 1), f"{table}_default"]
    assert after == [*days(table, TODAY, DAYS_AHEAD + 3), f"{table}_default"]


async def test_a_day_is_indexed_as_the_table_is(connection: asyncpg.Connection) -> None:
    """The relay's claim would read whole days otherwise."""
    await connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
    plan = await connection.fetch(
        "EXPLAIN SELECT position FROM outbox WHERE published_at IS NULL ORDER BY position LIMIT 100 FOR UPDATE SKIP LOCKED"
    )
    scans = [row[0] for row in plan if " Scan " in row[0]]

    assert len(scans) == DAYS_AHEAD + 2
    assert [scan for scan in scans if "Index Scan using outbox_" not in scan] == []


async def test_what_came_while_a_day_had_no_partition_is_moved_into_it(connection: asyncpg.Connection) -> None:
    """After a week without maintenance the rows of the day lie in the default partition, where they forbid the day's."""
    day = TODAY + timedelta(days=DAYS_AHEAD + 3)
    await record(connection, day, published=False)
    await record(connection, day, published=True)
    await hear(connection, day)
    positions = await connection.fetch("SELECT position FROM outbox ORDER BY position")
    await ensure_partitions(connection, today=day)

    assert await connection.fetch(f"SELECT position FROM outbox_{day:%Y%m%d} ORDER BY position") == positions
    assert await connection.fetchval(f"SELECT count(*) FROM inbox_{day:%Y%m%d}") == 1
    assert await connection.fetchval("SELECT count(*) FROM outbox_default") == 0
    assert await connection.fetchval("SELECT count(*) FROM inbox_default") == 0


async def test_a_new_day_goes_on_counting_positions(connection: asyncpg.Connection) -> None:
    await record(connection, TODAY, published=False)
    await ensure_partitions(connection, today=TODAY + timedelta(days=5))
    await record(connection, TODAY + timedelta(days=DAYS_AHEAD + 4), published=False)
    positions = [row["position"] for row in await connection.fetch("SELECT position FROM outbox ORDER BY recorded_on")]

    assert positions == [1, 2]


async def test_old_days_are_dropped_but_an_outbox_day_with_an_unpublished_event_stays(
    connection: asyncpg.Connection,
) -> None:
    first = TODAY - timedelta(days=10)
    await ensure_partitions(connection, today=first)
    await record(connection, first, published=True)
    await record(connection, first + timedelta(days=1), published=False)
    dropped = await drop_old_partitions(connection, table="outbox", before=first + timedelta(days=3))

    assert sorted(dropped) == [days("outbox", first, 3)[0], days("outbox", first, 3)[2]]
    assert await connection.fetchval("SELECT count(*) FROM outbox") == 1


async def test_maintenance_keeps_published_events_three_days_and_the_inbox_ninety(
    database: Database, connection: asyncpg.Connection
) -> None:
    oldest = TODAY - timedelta(days=INBOX_DAYS + 1)
    for first in (oldest, TODAY - timedelta(days=OUTBOX_DAYS + 1)):
        await ensure_partitions(connection, today=first)
    await record(connection, oldest, published=False)
    done = await Maintenance(database, StoppedClock(TODAY)).round()

    assert done == 0
    assert (await partitions(connection, "outbox"))[:2] == [
        f"outbox_{oldest:%Y%m%d}",
        f"outbox_{TODAY - timedelta(days=OUTBOX_DAYS):%Y%m%d}",
    ]
    assert (await partitions(connection, "inbox"))[0] == f"inbox_{TODAY - timedelta(days=INBOX_DAYS):%Y%m%d}"


async def test_maintenance_forgets_answers_after_a_day(database: Database, connection: asyncpg.Connection) -> None:
    for hours in (23, 25):
        await connection.execute(
            "INSERT INTO idempotency_keys VALUES ('s', decode($2, 'hex'), '', now() - make_interval(hours => $1))",
            hours,
            f"{hours}",
        )
    await Maintenance(database, StoppedClock(TODAY)).round()

    assert await connection.fetchval("SELECT count(*) FROM idempotency_keys") == 1


async def test_maintenance_behind_a_long_transaction_gives_up_rather_than_stop_everybody(
    database: Database, connection: asyncpg.Connection
) -> None:
    async with connection.transaction():
        await hear(connection, TODAY)
        with pytest.raises(asyncpg.LockNotAvailableError):
            await Maintenance(database, StoppedClock(TODAY + timedelta(days=1))).round()
    await Maintenance(database, StoppedClock(TODAY + timedelta(days=1))).round()

    assert f"inbox_{TODAY + timedelta(days=DAYS_AHEAD + 1):%Y%m%d}" in await partitions(connection, "inbox")


async def test_old_days_without_a_partition_are_forgotten_but_an_unpublished_event_stays(
    database: Database, connection: asyncpg.Connection
) -> None:
    for age, table in ((OUTBOX_DAYS, "outbox"), (INBOX_DAYS, "inbox")):
        for day in (TODAY - timedelta(days=age + 1), TODAY - timedelta(days=age)):
            if table == "inbox":
                await hear(connection, day)
            else:
                await record(connection, day, published=True)
                await record(connection, day, published=False)
    await Maintenance(database, StoppedClock(TODAY)).round()
    outbox = await connection.fetch(
        "SELECT recorded_on, published_at IS NULL AS waits FROM outbox_default ORDER BY recorded_on, waits"
    )
    inbox = await connection.fetch("SELECT event_day FROM inbox_default")

    assert [tuple(row) for row in outbox] == [
        (TODAY - timedelta(days=OUTBOX_DAYS + 1), True),
        (TODAY - timedelta(days=OUTBOX_DAYS), False),
        (TODAY - timedelta(days=OUTBOX_DAYS), True),
    ]
    assert [row["event_day"] for row in inbox] == [TODAY - timedelta(days=INBOX_DAYS)]

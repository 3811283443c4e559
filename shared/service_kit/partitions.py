"""The days of the outbox and the inbox: a partition each, made ahead and dropped as a whole when it is old."""

from datetime import date, datetime, timedelta

import asyncpg

PARTITIONED = {"outbox": "recorded_on", "inbox": "event_day"}  # table → its day
DAYS_AHEAD = 7


async def ensure_partitions(connection: asyncpg.Connection, *, today: date) -> None:
    """Create the day partitions of outbox and inbox from `today` to a week ahead."""
    for table in PARTITIONED:
        for ahead in range(DAYS_AHEAD + 1):
            day = today + timedelta(days=ahead)
            if not await _exists(connection, table, day):
                await _create_partition(connection, table, day)


async def _exists(connection: asyncpg.Connection, table: str, day: date) -> bool:
    return bool(await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", f"{table}_{day:%Y%m%d}"))


async def _create_partition(connection: asyncpg.Connection, table: str, day: date) -> None:
    partition = f"{table}_{day:%Y%m%d}"
    async with connection.transaction():
        # Everybody behind this lock waits: better to give up, and be called again.
        await connection.execute(f"SET LOCAL lock_timeout = '5s'; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        if await _exists(connection, table, day):
            return  # another process was faster
        await connection.execute(f"CREATE TABLE {partition} (LIKE {table} INCLUDING ALL EXCLUDING IDENTITY)")
        # Rows of a day that had no partition (a week without maintenance) lie in the default one, and would forbid it.
        taken = f"DELETE FROM {table}_default WHERE {PARTITIONED[table]} = $1 RETURNING *"  # noqa: S608 - names of ours
        await connection.execute(f"WITH taken AS ({taken}) INSERT INTO {partition} SELECT * FROM taken", day)  # noqa: S608
        await connection.execute(
            f"ALTER TABLE {table} ATTACH PARTITION {partition} FOR VALUES FROM ('{day}') TO ('{day + timedelta(days=1)}')"
        )


async def drop_old_partitions(connection: asyncpg.Connection, *, table: str, before: date) -> list[str]:
    """Drop the day partitions of `table` that end before `before`; an outbox day with unpublished events stays."""
    dropped = []
    for row in await connection.fetch(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass", table
    ):
        day = row["name"].removeprefix(f"{table}_")
        if not day.isdigit() or day >= f"{before:%Y%m%d}":
            continue
        if table == "outbox" and await connection.fetchval(
            "SELECT EXISTS (SELECT FROM outbox WHERE recorded_on = $1 AND published_at IS NULL)",
            datetime.strptime(day, "%Y%m%d").date(),
        ):
            continue
        async with connection.transaction():
            await connection.execute(f"SET LOCAL lock_timeout = '5s'; DROP TABLE {row['name']}")
        dropped.append(row["name"])
    return dropped


async def empty_default_partition(connection: asyncpg.Connection, *, table: str, before: date) -> None:
    """Delete the days before `before` from the default partition of `table`; an unpublished event stays.

    It holds the few rows whose day had no partition: events from before the first migration, or a week without maintenance.
    """
    kept = " AND published_at IS NOT NULL" if table == "outbox" else ""
    await connection.execute(f"DELETE FROM {table}_default WHERE {PARTITIONED[table]} < $1{kept}", before)  # noqa: S608

"""Migrations: numbered SQL files, each applied once, in order, in a transaction of its own.

The kit's files come first, then the service's. A file that was applied must never change: its digest is checked.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import asyncpg
import structlog

KIT_MIGRATIONS = Path(__file__).parent / "migrations"
FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
LOCK = 4_711_001  # the advisory lock under which one process migrates while others wait
PARTITIONED = {"outbox": "recorded_on", "inbox": "event_day"}  # table → its day
DAYS_AHEAD = 7

log = structlog.get_logger()


class MigrationRefused(Exception):
    """A file that was applied has changed since, a number is missing, or a name is not `0001_what_it_does.sql`."""


@dataclass(frozen=True)
class Migration:
    """One SQL file of one source (`kit` or the service's name)."""

    source: str
    number: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def read_migrations(source: str, directory: Path) -> list[Migration]:
    """Return the migrations in `directory` by number; raise MigrationRefused when a number is missing or doubled."""
    files = sorted(directory.glob("*.sql"))
    if misnamed := [file.name for file in files if not FILE_NAME.fullmatch(file.name)]:
        raise MigrationRefused(
            f"{source}: {misnamed[0]} is not named like 0001_what_it_does.sql, and would never be applied"
        )
    found = [Migration(source, int(file.name[:4]), file.name, file.read_text(encoding="utf-8")) for file in files]
    if [one.number for one in found] != list(range(1, len(found) + 1)):
        raise MigrationRefused(f"{source}: numbers must run from 0001 without a gap")
    return found


async def migrate(url: str, *, service: str, directory: Path) -> list[str]:
    """Bring the database at `url` up to date and return the names of the files applied now."""
    wanted = [*read_migrations("kit", KIT_MIGRATIONS), *read_migrations(service, directory)]
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        await connection.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                source text NOT NULL, number integer NOT NULL, name text NOT NULL, digest text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (source, number)
            )
            """
        )
        applied = [await _apply(connection, migration) for migration in wanted]
        await ensure_partitions(connection, today=await connection.fetchval("SELECT (now() AT TIME ZONE 'UTC')::date"))
        return [name for name in applied if name]
    finally:
        await connection.close()


async def _apply(connection: asyncpg.Connection, migration: Migration) -> str | None:
    known = await connection.fetchval(
        "SELECT digest FROM schema_migrations WHERE source = $1 AND number = $2", migration.source, migration.number
    )
    if known == migration.digest:
        return None
    if known is not None:
        raise MigrationRefused(f"{migration.source}/{migration.name} was changed after it had been applied")
    async with connection.transaction():
        # A migration that waits for a lock blocks everyone behind it: better to fail and be run again.
        await connection.execute("SET LOCAL lock_timeout = '5s'")
        await connection.execute(migration.sql)
        await connection.execute(
            "INSERT INTO schema_migrations (source, number, name, digest) VALUES ($1, $2, $3, $4)",
            migration.source,
            migration.number,
            migration.name,
            migration.digest,
        )
    log.info("migration_applied", source=migration.source, file=migration.name)
    return migration.name


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

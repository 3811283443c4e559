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
PARTITIONED = ("outbox", "inbox")
DAYS_AHEAD = 7

log = structlog.get_logger()


class MigrationRefused(Exception):
    """The files and the database disagree: an applied file was changed, removed or renumbered."""


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
    found = [
        Migration(source, int(match[1]), file.name, file.read_text())
        for file in sorted(directory.iterdir())
        if (match := FILE_NAME.fullmatch(file.name))
    ]
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
            await connection.execute(
                f"CREATE TABLE IF NOT EXISTS {table}_{day:%Y%m%d} PARTITION OF {table} "
                f"FOR VALUES FROM ('{day}') TO ('{day + timedelta(days=1)}')"
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
        await connection.execute(f"DROP TABLE {row['name']}")
        dropped.append(row["name"])
    return dropped

"""Migrations: numbered SQL files, each applied once, in order, in a transaction of its own.

The kit's files come first, then the service's. A file that was applied must never change: its digest is checked.
"""

import asyncio
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import structlog

from service_kit.database import Database, is_unavailable, wait_for_server
from service_kit.partitions import ensure_partitions

KIT_MIGRATIONS = Path(__file__).parent / "migrations"
FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
LOCK = 4_711_001  # the advisory lock under which one process migrates while others wait

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
    """Bring the database at `url` up to date, as soon as it is there; return the names of the files applied now."""
    wanted = [*read_migrations("kit", KIT_MIGRATIONS), *read_migrations(service, directory)]
    connection = await wait_for_server(lambda: asyncpg.connect(url, timeout=5), service=service)
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


async def wait_until_migrated(database: Database, *, service: str, directory: Path) -> None:
    """Return once every migration of the kit and of `directory` was applied; look with growing pauses (0.2 to 5 s).

    Without its tables a process would set the events that it hears aside as dead letters. More migrations than ours are
    none of our business: a newer version of the service migrates while this one goes on.
    """
    wanted = [*read_migrations("kit", KIT_MIGRATIONS), *read_migrations(service, directory)]
    pause, told = 0.2, False
    while missing := await _missing(database, wanted):
        if not told:
            log.warning("database_not_migrated_yet", service=service, missing=[one.name for one in missing])
            told = True
        await asyncio.sleep(pause)
        pause = min(pause * 2, 5.0)


async def _missing(database: Database, wanted: list[Migration]) -> list[Migration]:
    try:
        async with database.connection() as connection:
            rows = await connection.fetch("SELECT source, number FROM schema_migrations")
    except asyncpg.UndefinedTableError:
        return wanted
    except Exception as error:
        if is_unavailable(error):  # it was there a moment ago
            return wanted
        raise
    applied = {(row["source"], row["number"]) for row in rows}
    return [one for one in wanted if (one.source, one.number) not in applied]

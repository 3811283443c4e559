"""Migrations: each file once, in order, by one process at a time; what was applied does not change."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
from service_kit.migrate import MigrationRefused, migrate, read_migrations

KIT_FILES = ["0001_outbox_and_inbox.sql"]


@pytest.fixture
async def empty_url(new_database: Callable[..., Awaitable[str]]) -> str:
    """The address of a database without a table."""
    return await new_database("empty")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Two migrations of which the second needs the first."""
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE steps (name text); INSERT INTO steps VALUES ('first')")
    (tmp_path / "0002_second.sql").write_text("INSERT INTO steps VALUES ('deuxième')")
    (tmp_path / "README.md").write_text("no migration")
    return tmp_path


async def steps(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row["name"] for row in await connection.fetch("SELECT name FROM steps")]
    finally:
        await connection.close()


async def test_each_file_is_applied_once_in_order(empty_url: str, directory: Path) -> None:
    first = await migrate(empty_url, service="tiny", directory=directory)
    again = await migrate(empty_url, service="tiny", directory=directory)

    assert first[-2:] == ["0001_first.sql", "0002_second.sql"]
    assert first[:1] == KIT_FILES
    assert again == []
    assert await steps(empty_url) == ["first", "deuxième"]


async def test_a_later_file_is_applied_alone(empty_url: str, directory: Path) -> None:
    await migrate(empty_url, service="tiny", directory=directory)
    (directory / "0003_third.sql").write_text("INSERT INTO steps VALUES ('third')")

    assert await migrate(empty_url, service="tiny", directory=directory) == ["0003_third.sql"]


async def test_a_file_that_fails_leaves_nothing_behind_and_stops_the_rest(empty_url: str, directory: Path) -> None:
    (directory / "0002_second.sql").write_text("INSERT INTO steps VALUES ('half'); SELECT 1/0")
    (directory / "0003_third.sql").write_text("INSERT INTO steps VALUES ('third')")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty_url, service="tiny", directory=directory)
    after_the_failure = await steps(empty_url)
    (directory / "0002_second.sql").write_text("INSERT INTO steps VALUES ('second')")
    applied = await migrate(empty_url, service="tiny", directory=directory)

    assert after_the_failure == ["first"]
    assert applied == ["0002_second.sql", "0003_third.sql"]
    assert await steps(empty_url) == ["first", "second", "third"]


async def test_a_file_that_was_changed_after_it_had_been_applied_is_refused(empty_url: str, directory: Path) -> None:
    await migrate(empty_url, service="tiny", directory=directory)
    (directory / "0001_first.sql").write_text("CREATE TABLE steps (name text, more text)")
    (directory / "0003_third.sql").write_text("INSERT INTO steps VALUES ('third')")
    with pytest.raises(MigrationRefused, match=r"tiny/0001_first\.sql was changed"):
        await migrate(empty_url, service="tiny", directory=directory)

    assert await steps(empty_url) == ["first", "deuxième"]


@pytest.mark.parametrize("names", [["0002_a.sql"], ["0001_a.sql", "0003_b.sql"], ["0001_a.sql", "0001_b.sql"]])
def test_a_gap_in_the_numbers_is_refused(names: list[str], tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1")
    with pytest.raises(MigrationRefused, match="without a gap"):
        read_migrations("tiny", tmp_path)


@pytest.mark.parametrize("name", ["2_b.sql", "0002-b.sql", "0002_B.sql", "0002.sql", "00002_b.sql"])
def test_a_file_that_would_never_be_applied_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("SELECT 1")
    (tmp_path / name).write_text("SELECT 1")
    with pytest.raises(MigrationRefused, match="would never be applied"):
        read_migrations("tiny", tmp_path)


MIGRATE = """
import asyncio, sys
from pathlib import Path
from service_kit.migrate import migrate

print(len(asyncio.run(migrate(sys.argv[1], service="tiny", directory=Path(sys.argv[2])))))
"""


async def test_processes_at_once_apply_each_file_once(empty_url: str, directory: Path) -> None:
    (directory / "0001_first.sql").write_text(
        "CREATE TABLE steps (name text); SELECT pg_sleep(0.3); INSERT INTO steps VALUES ('first')"
    )
    command = [sys.executable, "-c", MIGRATE, empty_url, str(directory)]
    processes = [
        await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)
    ]
    outcomes = await asyncio.gather(*(process.communicate() for process in processes))

    assert sorted(int(printed.split()[-1]) for printed, _ in outcomes) == [0, len(KIT_FILES) + 2]
    assert await steps(empty_url) == ["first", "deuxième"]


async def test_a_migration_that_meets_a_lock_gives_up(empty_url: str, directory: Path) -> None:
    """It would make everybody wait who comes behind it."""
    await migrate(empty_url, service="tiny", directory=directory)
    (directory / "0003_third.sql").write_text("ALTER TABLE steps ADD COLUMN more text")
    connection = await asyncpg.connect(empty_url)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE steps")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await migrate(empty_url, service="tiny", directory=directory)
        applied = await migrate(empty_url, service="tiny", directory=directory)
    finally:
        await connection.close()

    assert applied == ["0003_third.sql"]

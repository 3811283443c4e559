"""A database with the kit's own tables, and one table for what a receiver handled."""

import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
import structlog
from service_kit.database import Database
from service_kit.logging import configure_logging
from service_kit.migrate import migrate

from tests.support import servers
from tests.support.warm_program import WarmProgram

RECEIVED = "CREATE TABLE received (event_id uuid NOT NULL, number integer NOT NULL, addressee text NOT NULL);"


@pytest.fixture(scope="session")
async def kit_template(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The name of a migrated database to copy from."""
    directory: Path = tmp_path_factory.mktemp("migrations")
    (directory / "0001_received.sql").write_text(RECEIVED)
    name = servers.unique_name("kit_template")
    url = await servers.create_database(postgres_url, name)
    await migrate(url, service="receiver", directory=directory)
    yield name
    await servers.drop_database(postgres_url, name)


@pytest.fixture
async def database_url(new_database: Callable[..., Awaitable[str]], kit_template: str) -> str:
    """The address of a fresh migrated database."""
    return await new_database("kit", template=kit_template)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool on it."""
    opened = await Database.open(database_url, service="test", pool_size=20)
    yield opened
    await opened.close()


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A plain connection to the same database."""
    opened = await asyncpg.connect(database_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def tiny_program() -> Iterator[WarmProgram]:
    """The tiny service, loaded: for what a process says before it starts anything."""
    program = WarmProgram.start("tests.support.tiny_service")
    yield program
    program.stop()


@pytest.fixture(autouse=True)
def logged() -> Iterator[io.StringIO]:
    """What the test logs, as the service would."""
    root = logging.getLogger()
    handlers, level, configuration = root.handlers[:], root.level, structlog.get_config()
    lines = io.StringIO()
    configure_logging("test", stream=lines)
    yield lines
    root.handlers[:], root.level = handlers, level
    structlog.configure(**configuration)
    structlog.contextvars.clear_contextvars()

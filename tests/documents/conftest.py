"""The documents service, opened for one test over a fresh copy of its migrated database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import structlog
from documents_service.resources import MIGRATIONS, SERVICE
from service_kit.migrate import migrate

from tests.support import servers
from tests.support.documents_fixtures import RunningDocuments, running_documents


@pytest.fixture(scope="session", autouse=True)
def plain_tracebacks() -> None:
    """Structlog's own default draws every local variable beside a traceback: a third of a second for each."""
    structlog.configure(processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)])


@pytest.fixture(scope="session")
async def documents_template(postgres_url: str) -> AsyncIterator[str]:
    """The name of a migrated database to copy from."""
    name = servers.unique_name("documents_template")
    await migrate(await servers.create_database(postgres_url, name), service=SERVICE, directory=MIGRATIONS)
    yield name
    await servers.drop_database(postgres_url, name)


@pytest.fixture
async def documents_url(documents_template: str, new_database: Callable[..., Awaitable[str]]) -> str:
    """The address of a fresh database of the service."""
    return await new_database("documents", template=documents_template)


@pytest.fixture
async def service(tmp_path: Path, documents_url: str) -> AsyncIterator[RunningDocuments]:
    """The service, on 21 November 2026 at 10 o'clock in Paris."""
    async with running_documents(tmp_path, documents_url) as running:
        yield running

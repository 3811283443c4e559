"""The tiny service, answering for the whole of a module."""

from collections.abc import AsyncIterator

import pytest
from service_kit.migrate import migrate

from tests.support import servers
from tests.support.tiny_fixtures import Place, Served, served
from tests.support.tiny_service import MIGRATIONS


@pytest.fixture(scope="session")
async def tiny_template(postgres_url: str) -> AsyncIterator[str]:
    """The name of a migrated database to copy from."""
    name = servers.unique_name("tiny_template")
    await migrate(await servers.create_database(postgres_url, name), service="tiny", directory=MIGRATIONS)
    yield name
    await servers.drop_database(postgres_url, name)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Keys and brands."""
    return Place.make(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
async def tiny(postgres_url: str, tiny_template: str, place: Place) -> AsyncIterator[Served]:
    """The tiny service on a database of the module's own."""
    name = servers.unique_name("tiny")
    url = await servers.create_database(postgres_url, name, template=tiny_template)
    async with served(place, url) as answering:
        yield answering
    await servers.drop_database(postgres_url, name)

"""An open identity for each test, on a copy of one migrated database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from tests.support import servers
from tests.support.identity_fixtures import OpenedIdentity, http_client, make_template, opened_identity
from tests.support.limits_steps import unlimited


@pytest.fixture(scope="session")
async def identity_template(postgres_url: str) -> AsyncIterator[str]:
    """The name of a migrated database to copy from."""
    name = await make_template(postgres_url)
    yield name
    await servers.drop_database(postgres_url, name)


@pytest.fixture
async def identity_database(new_database: Callable[..., Awaitable[str]], identity_template: str) -> str:
    """The address of a fresh, migrated database."""
    return await new_database("identity", template=identity_template)


@pytest.fixture
async def opened(identity_database: str, tmp_path: Path) -> AsyncIterator[OpenedIdentity]:
    """Identity on a fresh database, with a clock to set; one address may try as often as it likes (see test_spray.py)."""
    async with opened_identity(tmp_path, identity_database) as made:
        made.identity = unlimited(made.identity)
        yield made


@pytest.fixture
async def client(opened: OpenedIdentity) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of `opened` over HTTP."""
    async with http_client(opened.identity) as made:
        yield made

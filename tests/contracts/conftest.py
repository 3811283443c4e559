"""The contracts service for every test that asks, on a fresh database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import aiohttp
import pytest
from contracts_service.resources import MIGRATIONS, SERVICE
from service_kit.migrate import migrate

from tests.support import servers
from tests.support.contracts_fixtures import FixedClock, OpenContracts, open_contracts_service
from tests.support.household import Household

NUMBERS = count(500_000)


@pytest.fixture(scope="session")
async def migrated_contracts(postgres_url: str) -> AsyncIterator[str]:
    """The name of a database that has contracts' tables: a template for others."""
    name = servers.unique_name("contracts_template")
    await migrate(await servers.create_database(postgres_url, name), service=SERVICE, directory=MIGRATIONS)
    yield name
    await servers.drop_database(postgres_url, name)


@pytest.fixture
async def contracts_database(new_database: Callable[..., Awaitable[str]], migrated_contracts: str) -> str:
    """The address of a fresh database with contracts' tables."""
    return await new_database("contracts", template=migrated_contracts)


@pytest.fixture
async def contracts(contracts_database: str, tmp_path: Path) -> AsyncIterator[OpenContracts]:
    """The service on 21 November 2026, with nobody working in the background."""
    async with open_contracts_service(contracts_database, tmp_path, clock=FixedClock()) as opened:
        yield opened


@pytest.fixture
async def hurried(contracts_database: str, tmp_path: Path) -> AsyncIterator[OpenContracts]:
    """The same, but a call has no time to process anything: what it brought waits for the background."""
    async with open_contracts_service(
        contracts_database, tmp_path, clock=FixedClock(), import_call_seconds=0
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
async def shared_contracts(
    postgres_url: str, migrated_contracts: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[OpenContracts]:
    """The same, for all the tests of a module: each imports members of its own numbers, and puts the clock back."""
    name = servers.unique_name("contracts")
    url = await servers.create_database(postgres_url, name, template=migrated_contracts)
    async with (
        open_contracts_service(url, tmp_path_factory.mktemp("contracts"), clock=FixedClock()) as opened,
        # No connection stays open from one test to the next: what answers on it would be a task left over.
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as client,
    ):
        yield replace(opened, client=client)
    await servers.drop_database(postgres_url, name)


@pytest.fixture
def household(shared_contracts: OpenContracts) -> Household:
    """A member whom no other test knows, on 21 November 2026."""
    found = Household(shared_contracts, number=next(NUMBERS))
    found.it_is(FixedClock().instant)
    return found

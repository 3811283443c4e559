"""The contracts service for every test that asks, on a fresh database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from contracts_service.resources import MIGRATIONS, SERVICE
from service_kit.migrate import migrate

from tests.support import servers
from tests.support.contracts_fixtures import FixedClock, OpenContracts, open_contracts_service


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

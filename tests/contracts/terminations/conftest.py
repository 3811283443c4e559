"""One open service for all tests about terminations: each has members of its own."""

from collections.abc import AsyncIterator
from itertools import count

import aiohttp
import pytest

from tests.support import servers
from tests.support.contracts_fixtures import FixedClock, OpenContracts, open_contracts_service
from tests.support.termination_steps import Somebody, a_member, at

NUMBERS = count(700_001)


@pytest.fixture(scope="session")
async def opened(
    postgres_url: str, migrated_contracts: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[OpenContracts]:
    """The service, for the whole session."""
    name = servers.unique_name("terminations")
    address = await servers.create_database(postgres_url, name, template=migrated_contracts)
    directory = tmp_path_factory.mktemp("terminations")
    async with (
        open_contracts_service(address, directory, clock=FixedClock()) as service,
        # A connection that stays open leaves its server's task to the test that comes next.
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as client,
    ):
        service.client = client
        yield service
    await servers.drop_database(postgres_url, name)


@pytest.fixture
async def space(opened: OpenContracts) -> OpenContracts:
    """The service on 21 November 2026, 10:00 in Paris."""
    at(opened, FixedClock().instant)
    return opened


@pytest.fixture
def number() -> int:
    """A membership number that nobody has."""
    return next(NUMBERS)


@pytest.fixture
async def member(space: OpenContracts, number: int) -> Somebody:
    """A member of mgas since 2019, whose year ends on 31 December; nobody has called without an account yet."""
    await space.execute("TRUNCATE public_calls")
    return await a_member(space, number)

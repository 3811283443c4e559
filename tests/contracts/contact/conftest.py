"""One opened service for all tests about contact and bank details of a file: each has members of its own."""

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import aiohttp
import pytest

from tests.support import servers
from tests.support.contact_steps import NOW, Members
from tests.support.contracts_fixtures import FixedClock, open_contracts_service

NUMBERS = count(1)


@pytest.fixture(scope="module")
async def opened_members(
    postgres_url: str, migrated_contracts: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Members]:
    """The service on a database of its own."""
    name, directory = servers.unique_name("contact"), Path(tmp_path_factory.mktemp("contact"))
    address = await servers.create_database(postgres_url, name, template=migrated_contracts)
    clock = FixedClock(NOW)
    # No connection outlives its call: a test must leave no task behind, and the server has one for each connection.
    async with (
        open_contracts_service(address, directory, clock=clock) as contracts,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as client,
    ):
        yield Members(replace(contracts, client=client), clock, NUMBERS)
    await servers.drop_database(postgres_url, name)


@pytest.fixture
def members(opened_members: Members) -> Members:
    """The service, on the morning of 21 November 2026 again."""
    opened_members.clock.instant = NOW
    return opened_members

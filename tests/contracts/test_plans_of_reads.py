"""Whatever signed-in people read is found by index: no table that grows is read from beginning to end, however large it is.

The service's connections plan with enable_seqscan off (`ContractsSettings.database_planner`), so that a table is read whole only
where no index serves, and the plans of a few rows are those of millions. Times are in `tests.bench.contracts`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from contracts_service.settings import ContractsSettings
from service_kit.database import Database

from tests.bench.contracts_stock.fill_contributions import fill_contributions
from tests.bench.contracts_stock.fill_members import fill_members
from tests.bench.contracts_stock.fill_reimbursements import fill_reimbursements
from tests.bench.contracts_stock.jobs import Job
from tests.bench.contracts_stock.measures import asking
from tests.bench.contracts_stock.money import Share
from tests.bench.contracts_stock.plans import Statement, filtered, listened, plan_of, scanned_whole
from tests.bench.contracts_stock.reads import FAR_PAGE, JSON, Members, Read, is_list, reads_of, routes
from tests.support.contracts_fixtures import BRANDS, OpenContracts, open_contracts_service

MEMBERS = 40
# Read whole by intention, and why: they hold a few rows for each brand, whatever the number of members.
SMALL = {"termination_texts", "schema_migrations"}


@pytest.fixture
async def loaded(
    new_database: Callable[..., Awaitable[str]], migrated_contracts: str, tmp_path: Path
) -> AsyncIterator[OpenContracts]:
    """The service on a database with a little of everything, and a member who has two pages of it."""
    url = await new_database("contracts", template=migrated_contracts)
    async with open_contracts_service(url, tmp_path) as opened:
        now, keys = opened.service.foundation.clock.now(), opened.keys / "contracts" / "data-keys.json"
        job = Job(url, keys, BRANDS, Share(0, MEMBERS), 400, now, heavy_rows=130)
        for fill in (fill_members, fill_reimbursements, fill_contributions):
            await fill(job)
        await opened.execute("ANALYZE")
        yield opened


async def statements(contracts: OpenContracts, heard: list[Statement]) -> AsyncIterator[tuple[str, Statement]]:
    """Yield every statement of every read, by the name of the read."""
    settings: ContractsSettings = contracts.service.settings
    members = Members(settings, contracts.keys, members=MEMBERS)
    async for read in reads_of(contracts.url, members, count=8):
        if isinstance(read, Read):
            heard.clear()
            await asking(read).once(contracts.url)
            for statement in list(heard):
                yield read.name, statement


async def test_no_read_goes_through_a_whole_table_or_throws_many_rows_away(loaded: OpenContracts) -> None:
    database: Database = loaded.service.database
    whole, wasteful, names = set(), set(), set()
    async with listened(database) as heard:
        async for name, statement in statements(loaded, heard):
            async with database.connection() as connection:
                plan = await plan_of(connection, statement, analyze=True)
            names.add(name)
            whole |= {(name, table) for table in scanned_whole(plan) - SMALL}
            wasteful |= {(name, filtered(plan))} if filtered(plan) > 5 else set()

    assert {route.path for route in routes() if route.returns == JSON and is_list(route)} - names == set()
    assert whole == set()
    assert wasteful == set()


async def test_a_far_page_is_read_from_where_it_begins(loaded: OpenContracts) -> None:
    assert FAR_PAGE == 500
    member = Members(loaded.service.settings, loaded.keys, members=MEMBERS).heavy()
    headers = {"Authorization": f"Bearer {member}"}
    for path in ("/v1/me/reimbursements", "/v1/me/contributions", "/v1/me/statements"):
        _, first = await loaded.get(f"{path}?limit=60", headers)
        async with listened(loaded.service.database) as heard:
            _, second = await loaded.get(f"{path}?limit=60&cursor={first['next']}", headers)
            async with loaded.service.database.connection() as connection:
                plans = [await plan_of(connection, statement, analyze=True) for statement in list(heard)]

        assert len(second["items"]) == 60
        assert sum(map(filtered, plans)) <= 2

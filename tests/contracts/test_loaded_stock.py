"""What the bench's loader leaves is what imports of the same lines would have left, so that what is measured on it is true."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

from tests.bench.contracts_load import MONEY
from tests.bench.contracts_stock.bare_tables import put_back, take_off
from tests.bench.contracts_stock.files import contribution_json, reimbursement_json
from tests.bench.contracts_stock.fill_contributions import fill_contributions
from tests.bench.contracts_stock.fill_members import fill_members
from tests.bench.contracts_stock.fill_reimbursements import MONTHS, fill_reimbursements
from tests.bench.contracts_stock.jobs import Job
from tests.bench.contracts_stock.money import (
    CONTRIBUTION_MONTHS,
    Share,
    contribution,
    contributions_of,
    heavy_reimbursements_of,
    months_before,
    reimbursements_of,
)
from tests.bench.contracts_stock.people import enrolment
from tests.support.contracts_fixtures import (
    BRANDS,
    OpenContracts,
    contracts_settings,
    open_contracts_service,
)

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SHARE, LINES, HEAVY = Share(0, 40), 500, 130
SCHEMA = """
    SELECT regexp_replace(indexdef, '^CREATE (UNIQUE )?INDEX \\S+', '\\1') FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace ORDER BY 1
"""
# Every running total, and the same computed from the lines: both ways round, so that neither has a row more.
TOTALS = {
    "reimbursement_years": """
        SELECT person_id, extract(year FROM care_date)::bigint, count(*), sum(amount_spent), sum(mandatory_share),
            sum(complementary_share), sum(remaining_cost), sum(flat_contribution), sum(deductible)
        FROM reimbursements GROUP BY 1, 2
    """,
    "statement_parts": """
        SELECT statement_id, person_id, dated_on, count(*), sum(amount_spent), sum(mandatory_share),
            sum(complementary_share), sum(remaining_cost), min(care_date), max(care_date), max(paid_on), NULL::timestamptz
        FROM reimbursements JOIN statements ON statements.id = statement_id GROUP BY 1, 2, 3
    """,
    "contribution_years": """
        SELECT contract_id, extract(year FROM due_date)::bigint, count(*), sum(amount), sum(amount),
            coalesce(sum(amount) FILTER (WHERE status = 'paid'), 0),
            coalesce(sum(amount) FILTER (WHERE status = 'unpaid'), 0), sum(tax_amount)
        FROM contributions GROUP BY 1, 2
    """,
}


async def load(url: str, directory: Path) -> Job:
    """Load a tiny stock as the loader does."""
    job = Job(url, contracts_settings(url, directory / "keys").data_keys_file, BRANDS, SHARE, LINES, NOW, HEAVY)
    connection = await asyncpg.connect(url)
    before = await connection.fetch(SCHEMA)
    taken = await take_off(connection, MONEY)
    assert await connection.fetch(SCHEMA) != before
    assert await fill_members(job) == round(1.65 * SHARE.size)
    assert await fill_reimbursements(job) >= LINES
    assert await fill_contributions(job) == SHARE.size * CONTRIBUTION_MONTHS + -(-HEAVY // 24) * CONTRIBUTION_MONTHS
    await put_back(url, taken)
    assert await connection.fetch(SCHEMA) == before
    await connection.close()
    return job


@pytest.fixture
async def loaded(new_database: Callable[..., Awaitable[str]], migrated_contracts: str, tmp_path: Path) -> Any:
    """The service on a loaded database."""
    url = await new_database("contracts", template=migrated_contracts)
    await load(url, tmp_path)
    async with open_contracts_service(url, tmp_path) as opened:
        yield opened


async def differences(contracts: OpenContracts) -> dict[str, int]:
    """Return how many running totals are not what the lines say."""
    found = {}
    for table, lines in TOTALS.items():
        query = f"(TABLE {table} EXCEPT ({lines})) UNION ALL (({lines}) EXCEPT TABLE {table})"
        found[table] = len(await contracts.fetch(query))
    return found


async def test_what_is_loaded_says_nothing_new_when_it_is_imported(loaded: OpenContracts) -> None:
    today = NOW.date()
    month, last = months_before(today, MONTHS)[30], months_before(today, CONTRIBUTION_MONTHS)
    lines = [line for _, line in heavy_reimbursements_of(month, lines=2, today=today)]
    lines += [line for _, line in reimbursements_of(SHARE, month, lines=1, today=today)]
    dues = [line for _, line in contributions_of(SHARE, last[-1])]
    dues += [contribution(number, month, f"{month:%Y%m}-{number}") for month in last[:3] for number in range(3)]
    files = {
        "members": [enrolment(number, today) for number in range(SHARE.size)],
        "reimbursements": [reimbursement_json(line) for line in lines],
        "contributions": [contribution_json(line) for line in dues],
    }
    for kind, file in files.items():
        _, answer = await loaded.send(b"\n".join(map(orjson.dumps, file)), kind=kind)

        assert (kind, answer["unchanged"], answer["accepted"], answer["refused"]) == (kind, len(file), 0, 0)
    assert await differences(loaded) == dict.fromkeys(TOTALS, 0)


async def test_running_totals_follow_a_revision_of_what_is_loaded(loaded: OpenContracts) -> None:
    today = NOW.date()
    (_, line), *_ = heavy_reimbursements_of(months_before(today, MONTHS)[30], lines=1, today=today)
    revised = line._replace(revision=2, amount_spent=line.amount_spent + 10, remaining_cost=line.remaining_cost + 10)
    _, answer = await loaded.send(orjson.dumps(reimbursement_json(revised)), kind="reimbursements")
    await loaded.execute("UPDATE statement_parts SET touched_at = NULL")

    assert (answer["accepted"], answer["refused"]) == (1, 0)
    assert await differences(loaded) == dict.fromkeys(TOTALS, 0)


async def test_loaded_numbers_are_sealed_and_found_as_the_services_own(loaded: OpenContracts) -> None:
    seals = loaded.service.seals
    rows = await loaded.fetch("SELECT id, nir_sealed, nir_digest FROM members ORDER BY membership_number")
    numbers = [seals.member_nir.open(row["nir_sealed"], context=str(row["id"])).decode() for row in rows]

    assert numbers == [enrolment(number, NOW.date())["nir"] for number in range(SHARE.size)]
    assert [row["nir_digest"] for row in rows] == [seals.nir_digests.of("mgas", number) for number in numbers]

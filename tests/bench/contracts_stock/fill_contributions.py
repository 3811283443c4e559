"""Contributions with their running totals: the last month by the service's own code, the months before it as copies by SQL.

A contribution differs from the one before by its dates and reference alone; `line_key` is computed as domain/line_key.py does.
"""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from uuid import UUID

from contracts_service.domain.contribution_line import ContributionLine
from contracts_service.domain.contribution_sums import ContributionSums, sum_changes
from contracts_service.domain.line_key import line_key
from contracts_service.store import contributions
from contracts_service.store.contributions import COLUMNS, ContributionRow
from contracts_service.usecases.contribution_chunk import ContributionChunk
from service_kit.database import Connection
from service_kit.entropy import SystemEntropy

from tests.bench.contracts_stock.jobs import Job, copy, open_database
from tests.bench.contracts_stock.money import (
    CONTRIBUTION_MONTHS,
    contributions_of,
    heavy_contributions_of,
    months_before,
)
from tests.bench.contracts_stock.people import BRAND, id_of, membership_number

SLICE = 50_000  # members
SUMS = [field.name for field in fields(ContributionSums)]

Years = dict[tuple[UUID, int], ContributionSums]


async def fill_contributions(job: Job) -> int:
    """Write what the members of a share have paid; return how many contributions that were."""
    *before, last = months_before(job.today, CONTRIBUTION_MONTHS)
    database, years = await open_database(job), Years()
    async with database.transaction() as connection:
        await connection.execute("CREATE TEMP TABLE model (LIKE contributions) ON COMMIT DROP")
        for lines in _told(job, last):
            rows = _rows(job, lines)
            await contributions.add_all(connection, rows)
            await connection.copy_records_to_table("model", columns=COLUMNS, records=rows)
            _sum(years, rows, before)
        for month in before:
            await connection.execute(COPY_OF_MONTH, BRAND.encode(), month, timeout=None)
        await _copy_years(connection, years)
    await database.close()
    return sum(one.lines for one in years.values())


# `model` holds the last month; its unpaid ones are paid in the months before.
COPY_OF_MONTH = """
    INSERT INTO contributions (
        id, line_key, reference, saved_at, version, contract_id, due_date, period_start, period_end, amount, tax_amount,
        status, paid_on, method
    )
    SELECT gen_random_uuid(),
        encode(substring(sha256($1::bytea || '\\x00' || convert_to(new_reference, 'UTF8')) FROM 1 FOR 16), 'hex')::uuid,
        new_reference, saved_at, version, contract_id, $2::date + (due_date - period_start), $2,
        ($2 + interval '1 month')::date - 1, amount, tax_amount, 'paid', $2 + 5, method
    FROM model, LATERAL (SELECT to_char($2::date, 'YYYYMM') || substring(reference FROM 7)) AS made (new_reference)
"""


def _told(job: Job, month: date) -> Iterable[list[tuple[int, ContributionLine]]]:
    if job.heavy_rows:
        yield list(heavy_contributions_of(month, lines=-(-job.heavy_rows // CONTRIBUTION_MONTHS)))
    for some in job.share.slices(SLICE):
        yield list(contributions_of(some, month))


def _rows(job: Job, lines: list[tuple[int, ContributionLine]]) -> list[ContributionRow]:
    contracts = {membership_number(number): id_of("contract", number) for number, _ in lines}
    chunk = ContributionChunk(SystemEntropy(), contracts, {}, job.now)
    for number, (_, line) in enumerate(lines):
        chunk.read(number, line, line_key(BRAND, line.reference))
    assert chunk.accepted == len(lines)
    return chunk.changed()


def _sum(years: Years, rows: list[ContributionRow], before: list[date]) -> None:
    """Add rows of the last month, and what is copied of them into the months before."""
    times: dict[date, int] = {}  # one day of each year → months in it
    for month in before:
        times[month.replace(month=1)] = times.get(month.replace(month=1), 0) + 1
    copies = [(row._replace(due_date=year, status="paid"), count) for year, count in times.items() for row in rows]
    for key, more in sum_changes([*((row, 1) for row in rows), *copies]).items():
        found = years.setdefault(key, ContributionSums())
        for name in SUMS:
            setattr(found, name, getattr(found, name) + getattr(more, name))


async def _copy_years(connection: Connection, years: Years) -> None:
    rows = [
        {"contract_id": contract_id, "year": year, **{name: getattr(one, name) for name in SUMS}}
        for (contract_id, year), one in years.items()
    ]
    await copy(connection, "contribution_years", rows)

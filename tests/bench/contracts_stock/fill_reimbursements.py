"""Reimbursements with their statements and running totals, month by month, as imports of the same lines leave them.

Rows, identities and totals are made by the service's own code; only the SQL is COPY, into tables without indexes
(`bare_tables`). Several processes do it, with a share of the members each.
"""

import os
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as QuickUUID
from contracts_service.domain.insured_people import InsuredContract
from contracts_service.domain.line_key import line_key
from contracts_service.domain.reimbursement_line import ReimbursementLine
from contracts_service.domain.reimbursement_sums import PartSums, Sums, Totals
from contracts_service.store import reimbursements, statement_parts
from contracts_service.store.reimbursements import ReimbursementRow
from contracts_service.usecases.reimbursement_rows import Place, StatementNames, reimbursement_row
from service_kit.database import Connection, Database

from tests.bench.contracts_stock.jobs import Job, copy, open_database
from tests.bench.contracts_stock.money import heavy_reimbursements_of, months_before, reimbursements_of
from tests.bench.contracts_stock.people import BRAND

SLICE = 50_000  # members
MONTHS = 66  # five years and a half
SUMS = [field.name for field in fields(Sums)]
PART_SUMS = [name for name in SUMS if name not in {"flat_contribution", "deductible"}]

Told = tuple[InsuredContract, ReimbursementLine]


async def fill_reimbursements(job: Job) -> int:
    """Write what the members of a share were reimbursed; return the lines."""
    database, told = await open_database(job), 0
    months = enumerate(months_before(job.today, MONTHS))
    for _, months_of_year in groupby(months, key=lambda place_and_month: place_and_month[1].year):
        years: dict[tuple[UUID, int], Sums] = {}
        for place, month in months_of_year:
            wanted = job.lines * (place + 1) // MONTHS - told
            for lines in _month(job, month, wanted=wanted):
                told += await _copy_month(database, lines, years, now=job.now)
        async with database.transaction() as connection:
            await _copy_years(connection, years)
    await database.close()
    return told


def _month(job: Job, month: date, *, wanted: int) -> Iterator[Iterator[Told]]:
    if job.heavy_rows:
        yield heavy_reimbursements_of(month, lines=-(-job.heavy_rows // MONTHS), today=job.today)
        wanted -= -(-job.heavy_rows // MONTHS)
    for some in job.share.slices(SLICE):
        lines = wanted * some.size // job.share.size
        if lines > 0:
            yield reimbursements_of(some, month, lines=lines, today=job.today)


async def _copy_month(
    database: Database, lines: Iterator[Told], years: dict[tuple[UUID, int], Sums], *, now: datetime
) -> int:
    names, totals = StatementNames({}, new_id, now), Totals()
    totals.years = years  # which go on to the end of the year
    rows = [_row(contract, line, names) for contract, line in lines]
    for row in rows:
        totals.add(row, is_news=False)
    async with database.transaction() as connection:
        await reimbursements.add_all(connection, rows)
        await statement_parts.add_statements(connection, list(names.known.values()))
        await _copy_parts(connection, totals.parts, dated_on=names.days)
    return len(rows)


def _row(contract: InsuredContract, line: ReimbursementLine, names: StatementNames) -> ReimbursementRow:
    (person,) = contract.born(line.birth_date, line.birth_rank)
    place = Place(new_id(), line_key(BRAND, line.source, line.line_id), contract.id, person)
    return reimbursement_row(line, place, names)


def new_id() -> UUID:
    """Return a random id."""
    found: UUID = QuickUUID(os.urandom(16))
    return found


async def _copy_parts(
    connection: Connection, parts: dict[tuple[UUID, UUID], PartSums], *, dated_on: dict[UUID, date]
) -> None:
    rows = [
        {
            "statement_id": statement_id,
            "person_id": person_id,
            "dated_on": dated_on[statement_id],
            **{name: getattr(part.sums, name) for name in PART_SUMS},
            "first_care_date": part.first_care_date,
            "last_care_date": part.last_care_date,
            "latest_paid_on": part.latest_paid_on,
        }
        for (statement_id, person_id), part in parts.items()
    ]
    await copy(connection, "statement_parts", rows)


async def _copy_years(connection: Connection, years: dict[tuple[UUID, int], Sums]) -> None:
    rows = [
        {"person_id": person_id, "year": year, **{name: getattr(one, name) for name in SUMS}}
        for (person_id, year), one in years.items()
    ]
    await copy(connection, "reimbursement_years", rows)

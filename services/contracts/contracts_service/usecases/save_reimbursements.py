"""Reimbursements as lines tell them: new ones, higher revisions of known ones, and what says nothing new.

Reads members, contracts and beneficiaries; writes reimbursements, reimbursement_revisions, statements and the running totals, in
the caller's transaction and by sets. Publishes nothing: `tell_settled_statements` does, when a statement has come to rest.
"""

import asyncio
from datetime import datetime

from service_kit.clock import civil_date
from service_kit.database import Connection

from contracts_service.domain.insured_people import InsuredContract
from contracts_service.domain.line_key import line_key
from contracts_service.domain.reimbursement_line import ReimbursementLine
from contracts_service.resources import Contracts
from contracts_service.store import insured_people, members, reimbursement_years, reimbursements, statement_parts
from contracts_service.store.planning import plan_for_growth
from contracts_service.usecases.reimbursement_chunk import ReimbursementChunk
from contracts_service.usecases.reimbursement_rows import StatementNames
from contracts_service.usecases.saved_lines import NumberedLine, Saved

LINES_BETWEEN_BREATHS = 50  # others on this event loop wait no longer than these take


async def save_reimbursements(
    service: Contracts,
    connection: Connection,
    *,
    brand: str,
    lines: list[NumberedLine[ReimbursementLine]],
    now: datetime,
) -> Saved:
    """Write what is new in `lines`, in their order: of two lines of one identity, the higher revision stays."""
    await members.lock_brand(connection, brand)
    await plan_for_growth(connection)
    numbers = list({one.line.membership_number for one in lines})
    contracts = await insured_people.people_of(connection, brand=brand, membership_numbers=numbers)
    keys = [line_key(brand, one.line.source, one.line.line_id) for one in lines]
    known = await reimbursements.find_all(connection, keys)
    named = await statement_parts.find_all(connection, _names(contracts, lines))
    names = StatementNames(named, service.entropy.new_id, now)
    chunk = ReimbursementChunk(service.entropy, contracts, known, names)
    for place, (numbered, key) in enumerate(zip(lines, keys, strict=True)):
        chunk.read(numbered.number, numbered.line, key)
        if place % LINES_BETWEEN_BREATHS == 0:
            await asyncio.sleep(0)
    await _write(connection, chunk, now=now)
    return Saved(chunk.accepted, chunk.unchanged, chunk.refused)


def _names(
    contracts: dict[str, InsuredContract], lines: list[NumberedLine[ReimbursementLine]]
) -> list[statement_parts.StatementName]:
    wanted = {
        (contract.id, one.line.statement)
        for one in lines
        if one.line.statement is not None and (contract := contracts.get(one.line.membership_number)) is not None
    }
    return list(wanted)


async def _write(connection: Connection, chunk: ReimbursementChunk, *, now: datetime) -> None:
    changed = chunk.changed()
    if not changed:
        return
    removed = [chunk.known[row.line_key] for row in changed if row.line_key in chunk.known]
    await statement_parts.add_statements(connection, chunk.names.new_among(changed))
    await reimbursements.remove_all(connection, removed)
    await reimbursements.keep_revisions(connection, chunk.replaced, now=now)
    await reimbursements.add_all(connection, changed)
    totals = chunk.totals(changed, today=civil_date(now))
    await reimbursement_years.add_all(connection, totals.years)
    await statement_parts.add_all(connection, totals.parts, dated_on=chunk.names.days, now=now)

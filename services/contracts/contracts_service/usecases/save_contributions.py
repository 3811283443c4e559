"""Contributions as lines tell them: a changed line replaces what was known, an equal one changes nothing.

Reads members and contracts; writes contributions, contribution_changes, the running totals and the outbox, in the caller's
transaction and by sets. Publishes contribution.unpaid, each time that a contribution becomes so.
"""

import asyncio
from datetime import datetime

from service_kit.database import Connection

from contracts_service.domain.contribution_line import ContributionLine
from contracts_service.domain.contribution_sums import sum_changes
from contracts_service.domain.line_key import line_key
from contracts_service.resources import Contracts
from contracts_service.store import contribution_years, contributions, insured_people, members
from contracts_service.store.planning import plan_for_growth
from contracts_service.usecases.contribution_chunk import ContributionChunk
from contracts_service.usecases.saved_lines import NumberedLine, Saved
from contracts_service.usecases.unpaid_events import publish_unpaid

LINES_BETWEEN_BREATHS = 100  # others on this event loop wait no longer than these take


async def save_contributions(
    service: Contracts,
    connection: Connection,
    *,
    brand: str,
    lines: list[NumberedLine[ContributionLine]],
    now: datetime,
) -> Saved:
    """Write what is new in `lines`, in their order: of two lines with one reference, the later one stays."""
    await members.lock_brand(connection, brand)
    await plan_for_growth(connection)
    numbers = list({one.line.membership_number for one in lines})
    contracts = await insured_people.contracts_of(connection, brand=brand, membership_numbers=numbers)
    keys = [line_key(brand, one.line.reference) for one in lines]
    chunk = ContributionChunk(service.entropy, contracts, await contributions.find_all(connection, keys), now)
    for place, (numbered, key) in enumerate(zip(lines, keys, strict=True)):
        chunk.read(numbered.number, numbered.line, key)
        if place % LINES_BETWEEN_BREATHS == 0:
            await asyncio.sleep(0)
    await _write(connection, chunk)
    await publish_unpaid(service, connection, chunk.become_unpaid, brand=brand, now=now)
    return Saved(chunk.accepted, chunk.unchanged, chunk.refused)


async def _write(connection: Connection, chunk: ContributionChunk) -> None:
    changed = chunk.changed()
    if not changed:
        return
    removed = [chunk.known[row.line_key] for row in changed if row.line_key in chunk.known]
    await contributions.remove_all(connection, removed)
    await contributions.keep_changes(connection, chunk.replaced, now=chunk.now)
    await contributions.add_all(connection, changed)
    sums = sum_changes([*((row, -1) for row in removed), *((row, 1) for row in changed)])
    await contribution_years.add_all(connection, sums)

"""The chunks of an import, decrypted and read by the kind's reader, one ahead of whoever saves them. Reads import_lines.

While PostgreSQL writes one chunk the next one is read: half of the work on a line needs no database.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from service_kit.clock import civil_date
from service_kit.time_slices import TimeSlices

from contracts_service.domain.line_problems import LineProblems
from contracts_service.resources import Contracts
from contracts_service.store import import_lines
from contracts_service.store.import_claims import Claim
from contracts_service.store.import_errors import RefusedLine
from contracts_service.usecases.import_kinds import KINDS
from contracts_service.usecases.saved_lines import NumberedLine
from contracts_service.usecases.staged_lines import open_lines


@dataclass
class Chunk:
    """Lines that were staged together, read: those that can be saved, and those that cannot."""

    last: int
    lines: list[NumberedLine[Any]] = field(default_factory=list)
    refused: list[RefusedLine] = field(default_factory=list)


async def read_chunks(service: Contracts, claim: Claim) -> AsyncGenerator[Chunk, None]:
    """Yield what is left of an import, chunk by chunk; the last one ends with the import's last line, and may be empty."""
    ahead = asyncio.create_task(_read_chunk(service, claim, after=claim.processed_through))
    try:
        while (chunk := await ahead).last < claim.last_line:
            ahead = asyncio.create_task(_read_chunk(service, claim, after=chunk.last))
            yield chunk
        yield chunk
    finally:
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)


async def _read_chunk(service: Contracts, claim: Claim, *, after: int) -> Chunk:
    async with service.database.connection() as connection:
        row = await import_lines.read_after(connection, claim.import_id, after=after)
    if row is None:
        return Chunk(claim.last_line)
    chunk, slices = Chunk(row.last), TimeSlices()
    read, policy = KINDS[claim.kind].read, service.brands[claim.brand]
    today = civil_date(service.foundation.clock.now())
    for line in open_lines(service.seals, claim.import_id, row):
        found = line.problems() if line.content is None else read(line.content, policy, today=today)
        if isinstance(found, LineProblems):
            chunk.refused.append((line.number, found.as_json()))
        else:
            chunk.lines.append(NumberedLine(line.number, found))
        await slices.pause()
    return chunk

"""Files that have arrived are processed chunk by chunk: one transaction each, under a lease, resumed by whoever is there.

Reads import_lines; writes members, contracts, beneficiaries and the outbox (see `save_members`), deletes the lines, advances
imports. The call that brought the file and the background loop both work here; `import_claims` keeps them apart.
"""

import asyncio
from contextlib import suppress
from uuid import UUID

import structlog
from service_kit.clock import civil_date
from service_kit.database import UNAVAILABLE, is_unavailable
from service_kit.tracing import span

from contracts_service.domain.enrolment_line import EnrolmentLine, LineProblems, parse_enrolment_line
from contracts_service.domain.line_json import line_too_long
from contracts_service.resources import Contracts
from contracts_service.store import import_claims, import_lines
from contracts_service.store.import_claims import Claim, Progress
from contracts_service.store.import_lines import StagedLine
from contracts_service.usecases.save_members import save_members

CHUNK_LINES = 100
CHUNK_BYTES = 1024 * 1024
LINES_BETWEEN_BREATHS = 10  # others on this event loop wait no longer than these take
LEASE_SECONDS = 30.0
ROUND_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 0.1
MOST_ATTEMPTS = 10  # without a single chunk done; outages of the database do not count
LONGEST_PAUSE_SECONDS = 60.0

log = structlog.get_logger()


class _TakenOver(Exception):
    """The lease ran out and another process has claimed the import."""


async def process_due_imports(service: Contracts) -> int:
    """Work on the next import for some seconds; return 0 when there is none."""
    claim = await _claim(service, only=None)
    if claim is None:
        return 0
    await _work(service, claim, seconds=ROUND_SECONDS)
    return 1


async def process_within(service: Contracts, import_id: UUID, *, seconds: float) -> None:
    """Work on one import, or wait while somebody else does, for `seconds` at most; the background goes on afterwards."""
    now = asyncio.get_running_loop().time
    deadline = now() + seconds
    while now() < deadline and await _is_running(service, import_id):
        claim = await _claim(service, only=import_id)
        if claim is None:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            continue
        try:
            await _work(service, claim, seconds=deadline - now())
        except Exception as error:  # noted on the row: whoever comes first tries again
            log.warning("chunk_failed", import_id=str(import_id), exc_info=error)
    service.foundation.wake.call()


async def _claim(service: Contracts, *, only: UUID | None) -> Claim | None:
    async with service.database.transaction() as connection:
        claim = await import_claims.claim_next(
            connection, claim=service.entropy.new_id(), only=only, lease_seconds=LEASE_SECONDS
        )
        if claim is None or claim.attempts <= MOST_ATTEMPTS:
            return claim
        await import_claims.fail(connection, claim, now=service.foundation.clock.now())
    log.error("import_failed", import_id=str(claim.import_id), attempts=claim.attempts)
    return None


async def _is_running(service: Contracts, import_id: UUID) -> bool:
    async with service.database.connection() as connection:
        return await import_claims.is_running(connection, import_id)


async def _work(service: Contracts, claim: Claim, *, seconds: float) -> None:
    """Process chunks until the import is done or the time is over, then let others go on."""
    now, position = asyncio.get_running_loop().time, claim.processed_through
    deadline = now() + seconds
    with span("process_import", traceparent=claim.traceparent):
        try:
            while True:
                position = await _process_chunk(service, claim, after=position)
                if position == claim.last_line:
                    return
                if now() >= deadline:
                    break
        except _TakenOver:
            return
        except Exception as error:
            made_headway = position > claim.processed_through
            await _put_off(service, claim, attempts=0 if made_headway or is_unavailable(error) else claim.attempts)
            raise
        await _put_off(service, claim, attempts=None)


async def _put_off(service: Contracts, claim: Claim, *, attempts: int | None) -> None:
    pause = 0.0 if attempts is None else min(2.0**attempts, LONGEST_PAUSE_SECONDS)
    with suppress(*UNAVAILABLE):  # otherwise others go on when the lease has run out
        async with service.database.transaction() as connection:
            await import_claims.give_back(connection, claim, pause_seconds=pause)


async def _process_chunk(service: Contracts, claim: Claim, *, after: int) -> int:
    """Process the lines after `after` in one transaction and return the last line's number."""
    async with service.database.connection() as connection:
        staged = await import_lines.read_after(
            connection, claim.import_id, after=after, most_lines=CHUNK_LINES, most_bytes=CHUNK_BYTES
        )
    lines, problems = await _read(service, claim, staged)
    now, last = service.foundation.clock.now(), staged[-1].number if staged else claim.last_line
    async with service.database.transaction() as connection:
        if await import_claims.hold(connection, claim, lease_seconds=LEASE_SECONDS) != after:
            raise _TakenOver
        saved = await save_members(service, connection, brand=claim.brand, lines=lines, now=now)
        await import_lines.delete_through(connection, claim.import_id, last=last)
        progress = Progress(last, saved.accepted, saved.unchanged, problems)
        done = await import_claims.advance(connection, claim, progress, now=now)
    service.foundation.wake.call()
    if done:
        log.info("import_done", import_id=str(claim.import_id), brand=claim.brand, last_line=claim.last_line)
    return last


async def _read(
    service: Contracts, claim: Claim, staged: list[StagedLine]
) -> tuple[list[EnrolmentLine], list[tuple[int, list[dict[str, str]]]]]:
    lines: list[EnrolmentLine] = []
    problems: list[tuple[int, list[dict[str, str]]]] = []
    for place, line in enumerate(staged):
        read = _read_one(service, claim, line)
        if isinstance(read, LineProblems):
            problems.append((line.number, read.as_json()))
        else:
            lines.append(read)
        if place % LINES_BETWEEN_BREATHS == 0:
            await asyncio.sleep(0)
    return lines, problems


def _read_one(service: Contracts, claim: Claim, line: StagedLine) -> EnrolmentLine | LineProblems:
    if line.content_sealed is None:
        return line_too_long()
    content = service.seals.import_line.open(line.content_sealed, context=f"{claim.import_id}:{line.number}")
    today = civil_date(service.foundation.clock.now())
    return parse_enrolment_line(content, service.brands[claim.brand].numbers, today=today)

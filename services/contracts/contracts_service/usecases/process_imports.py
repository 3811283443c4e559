"""Files that have arrived are processed chunk by chunk: one transaction each, under a lease, resumed by whoever is there.

Takes what `read_chunks` has read; lets the kind's saver write (`import_kinds`), deletes the lines, advances imports. Before the
first line a file is held against what other brands know (`check_brand`). The call that brought the file and the background
loop both work here; `import_claims` keeps them apart.
"""

import asyncio
from contextlib import aclosing, suppress
from uuid import UUID

import structlog
from service_kit.database import UNAVAILABLE, is_unavailable
from service_kit.tracing import span

from contracts_service.domain.import_states import ImportFailure
from contracts_service.resources import Contracts
from contracts_service.store import import_claims, import_lines
from contracts_service.store.import_claims import Claim, Progress
from contracts_service.usecases.check_brand import is_of_another_brand
from contracts_service.usecases.import_kinds import KINDS
from contracts_service.usecases.read_chunks import Chunk, read_chunks

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
            connection,
            claim=service.entropy.new_id(),
            only=only,
            lease_seconds=LEASE_SECONDS,
            now=service.foundation.clock.now(),
        )
    if claim is None or claim.attempts <= MOST_ATTEMPTS:
        return claim
    await _fail(service, claim, "no-headway")
    return None


async def _fail(service: Contracts, claim: Claim, failure: ImportFailure) -> None:
    async with service.database.transaction() as connection:
        await import_claims.fail(connection, claim, failure, now=service.foundation.clock.now())
    log.error("import_failed", import_id=str(claim.import_id), reason=failure, attempts=claim.attempts)


async def _is_running(service: Contracts, import_id: UUID) -> bool:
    async with service.database.connection() as connection:
        return await import_claims.is_running(connection, import_id)


async def _work(service: Contracts, claim: Claim, *, seconds: float) -> None:
    """Process chunks until the import is done or the time is over, then let others go on."""
    now, position = asyncio.get_running_loop().time, claim.processed_through
    deadline = now() + seconds
    with span("process_import", traceparent=claim.traceparent):
        try:
            if position == 0 and await is_of_another_brand(service, claim):
                await _fail(service, claim, "wrong-brand")
                return
            async with aclosing(read_chunks(service, claim)) as chunks:
                async for chunk in chunks:
                    await _save_chunk(service, claim, chunk, after=position)
                    position = chunk.last
                    if now() >= deadline:
                        break
        except _TakenOver:
            return
        except Exception as error:
            made_headway = position > claim.processed_through
            await _put_off(service, claim, attempts=0 if made_headway or is_unavailable(error) else claim.attempts)
            raise
        if position < claim.last_line:
            await _put_off(service, claim, attempts=None)


async def _put_off(service: Contracts, claim: Claim, *, attempts: int | None) -> None:
    pause = 0.0 if attempts is None else min(2.0**attempts, LONGEST_PAUSE_SECONDS)
    with suppress(*UNAVAILABLE):  # otherwise others go on when the lease has run out
        async with service.database.transaction() as connection:
            await import_claims.give_back(connection, claim, pause_seconds=pause)


async def _save_chunk(service: Contracts, claim: Claim, chunk: Chunk, *, after: int) -> None:
    """Save the chunk after line `after` in one transaction."""
    now = service.foundation.clock.now()
    async with service.database.transaction() as connection:
        if await import_claims.hold(connection, claim, lease_seconds=LEASE_SECONDS) != after:
            raise _TakenOver
        saved = await KINDS[claim.kind].save(service, connection, brand=claim.brand, lines=chunk.lines, now=now)
        await import_lines.delete_through(connection, claim.import_id, last=chunk.last)
        refused = chunk.refused + [(number, problems.as_json()) for number, problems in saved.refused]
        progress = Progress(chunk.last, saved.accepted, saved.unchanged, refused)
        done = await import_claims.advance(connection, claim, progress, now=now)
    service.foundation.wake.call()
    if done:
        log.info("import_done", import_id=str(claim.import_id), brand=claim.brand, last_line=claim.last_line)

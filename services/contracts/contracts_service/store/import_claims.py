"""SQL of the work on imports: who processes which, under a lease, chunk by chunk.

Leases run by the database's clock, the one that all processes share. What protects the data is not the lease but `claim`:
a chunk is only written while the row, locked, still names the writer.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as

from contracts_service.domain.import_states import ImportFailure, ImportKind
from contracts_service.store import import_errors
from contracts_service.store.import_errors import RefusedLine


@dataclass(frozen=True)
class Claim:
    """An import in the hands of one process."""

    import_id: UUID
    claim: UUID
    brand: str
    kind: ImportKind
    traceparent: str | None
    attempts: int
    last_line: int
    processed_through: int


@dataclass(frozen=True)
class Progress:
    """What a chunk has come to."""

    processed_through: int
    accepted: int
    unchanged: int
    refused: list[RefusedLine]


async def claim_next(
    connection: Connection, *, claim: UUID, only: UUID | None, lease_seconds: float, now: datetime
) -> Claim | None:
    """Take the next import that nobody works on, or `only` that one.

    A brand's files are processed one after the other in the order of their arrival: what a later file says is later.
    """
    row = await connection.fetchrow(
        """
        UPDATE imports SET claim = $1, claimed_until = now() + make_interval(secs => $3), attempts = attempts + 1,
            processing_since = coalesce(processing_since, $4)
        WHERE id = (
            SELECT id FROM imports AS due
            WHERE state = 'running' AND (claimed_until IS NULL OR claimed_until < now()) AND id = coalesce($2, id)
                AND NOT EXISTS (
                    SELECT FROM imports AS earlier
                    WHERE earlier.brand = due.brand AND earlier.state = 'running'
                        AND (earlier.received_at, earlier.id) < (due.received_at, due.id)
                )
            ORDER BY received_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
        )
        RETURNING id AS import_id, claim, brand, kind, traceparent, attempts, last_line, processed_through
        """,
        claim,
        only,
        lease_seconds,
        now,
    )
    return row_as(Claim, row)


async def hold(connection: Connection, claim: Claim, *, lease_seconds: float) -> int | None:
    """Lock the import for this transaction and renew the lease; return how far it is, None when it is another's by now."""
    processed: int | None = await connection.fetchval(
        """
        UPDATE imports SET claimed_until = now() + make_interval(secs => $3)
        WHERE id = $1 AND claim = $2 AND state = 'running' RETURNING processed_through
        """,
        claim.import_id,
        claim.claim,
        lease_seconds,
    )
    return processed


async def advance(connection: Connection, claim: Claim, progress: Progress, *, now: datetime) -> bool:
    """Note what a chunk has come to, in its transaction; return whether the import is done."""
    if progress.refused:
        await import_errors.add(connection, claim.import_id, progress.refused)
    return bool(
        await connection.fetchval(
            """
            UPDATE imports SET processed_through = $2, accepted = accepted + $3, unchanged = unchanged + $4,
                refused = refused + $5, attempts = 0,
                state = CASE WHEN $2 >= last_line THEN 'done' ELSE state END,
                finished_at = CASE WHEN $2 >= last_line THEN $6::timestamptz END
            WHERE id = $1 RETURNING state = 'done'
            """,
            claim.import_id,
            progress.processed_through,
            progress.accepted,
            progress.unchanged,
            len(progress.refused),
            now,
        )
    )


async def is_running(connection: Connection, import_id: UUID) -> bool:
    """Tell whether an import is still to be worked on."""
    return bool(await connection.fetchval("SELECT true FROM imports WHERE id = $1 AND state = 'running'", import_id))


async def give_back(connection: Connection, claim: Claim, *, pause_seconds: float) -> None:
    """Let anybody go on with the import after a pause."""
    await connection.execute(
        "UPDATE imports SET claimed_until = now() + make_interval(secs => $3) WHERE id = $1 AND claim = $2",
        claim.import_id,
        claim.claim,
        pause_seconds,
    )


async def fail(connection: Connection, claim: Claim, failure: ImportFailure, *, now: datetime) -> None:
    """End an import that cannot be processed: what was written stays, and the report says how far it came."""
    await connection.execute(
        """
        UPDATE imports SET state = 'failed', failure = $4, finished_at = $3
        WHERE id = $1 AND claim = $2 AND state = 'running'
        """,
        claim.import_id,
        claim.claim,
        now,
        failure,
    )

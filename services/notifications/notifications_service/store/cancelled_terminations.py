"""SQL of terminations that were undone: what would tell of one is stopped where it has not left, and planned no more."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection

TERMINATION_CANCELLED = "termination-cancelled"  # why a message was stopped


@dataclass(frozen=True)
class CancelledTermination:
    """A termination that was undone."""

    id: UUID
    brand: str
    member_id: UUID
    cancelled_at: datetime


async def lock(connection: Connection, termination_id: UUID) -> None:
    """Keep other news of a termination waiting until the end of the transaction: its notice may come while it is undone."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"termination/{termination_id}")


async def add(connection: Connection, termination: CancelledTermination) -> None:
    """Keep that a termination was undone; twice is once."""
    await connection.execute(
        """
        INSERT INTO cancelled_terminations (termination_id, brand, member_id, cancelled_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (termination_id) DO NOTHING
        """,
        *vars(termination).values(),
    )


async def covers(connection: Connection, termination_id: UUID) -> bool:
    """Tell whether a termination was undone."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM cancelled_terminations WHERE termination_id = $1)", termination_id
        )
    )


async def stop_messages(
    connection: Connection, termination: CancelledTermination, *, purpose: str, now: datetime
) -> None:
    """Stop what waits of a purpose about a termination, and mark what is in a batch: who leases that stops it."""
    await connection.execute(
        """
        UPDATE deliveries SET
            failure = $5, next_attempt_at = NULL,
            state = CASE state WHEN 'batched' THEN state ELSE 'stopped' END,
            stopped_at = CASE state WHEN 'batched' THEN NULL ELSE $6::timestamptz END,
            content_sealed = CASE state WHEN 'batched' THEN content_sealed END
        WHERE brand = $1 AND member_id = $2 AND purpose = $3 AND subject_id = $4
            AND (state = 'batched' OR (state IN ('planned', 'delayed') AND next_attempt_at IS NOT NULL))
        """,
        termination.brand,
        termination.member_id,
        purpose,
        termination.id,
        TERMINATION_CANCELLED,
        now,
    )

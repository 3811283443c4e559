"""SQL of requests about beneficiaries as the back office and the background see them: what waits, for whom, since when."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.http.cursors import Position

from contracts_service.domain.request_states import State
from contracts_service.store.beneficiary_requests import COLUMNS, BeneficiaryRequest

# Documents are no older than their request.
OLD = """
    state IN ('awaiting_documents', 'submitted')
    AND created_at < CASE state WHEN 'awaiting_documents' THEN greatest($2::timestamptz, $3::timestamptz) ELSE $3::timestamptz END
"""


# What `domain/data_rights.py` says, over many people: `$6` is the day.
RESTRICTED = """
    SELECT FROM data_requests AS asked JOIN contracts ON contracts.member_id = asked.member_id
    WHERE asked.member_id = request.member_id AND asked.person_id IN (request.member_id, request.beneficiary_id)
        AND ended_at IS NULL AND (asked.kind = 'restriction' OR contracts.end_date < $6)
"""


@dataclass(frozen=True)
class Queue:
    """Requests to a brand in one state."""

    brand: str
    state: State


@dataclass(frozen=True)
class DueRequest:
    """A request that the background has something to do with."""

    id: UUID
    brand: str


async def list_of_brand(
    connection: Connection, queue: Queue, *, after: Position | None, limit: int, today: date
) -> list[BeneficiaryRequest]:
    """Return requests of a queue, oldest first, those after `after`; of nobody whose data are restricted."""
    instant, row_id = after or (None, None)
    rows = await connection.fetch(
        f"""
        SELECT {COLUMNS} FROM beneficiary_requests AS request
        WHERE brand = $1 AND state = $2 AND ($3::timestamptz IS NULL OR (created_at, id) > ($3, $4::uuid))
            AND NOT EXISTS ({RESTRICTED})
        ORDER BY created_at, id LIMIT $5
        """,  # noqa: S608 - ours
        queue.brand,
        queue.state,
        instant,
        row_id,
        limit,
        today,
    )
    return [BeneficiaryRequest(**dict(row)) for row in rows]


async def due_to_apply(connection: Connection, *, today: date, limit: int) -> list[DueRequest]:
    """Return accepted requests whose day has come, the earliest first."""
    rows = await connection.fetch(
        "SELECT id, brand FROM beneficiary_requests WHERE apply_on <= $1 ORDER BY apply_on, id LIMIT $2", today, limit
    )
    return [DueRequest(*row.values()) for row in rows]


async def put_off(connection: Connection, request_id: UUID, *, until: date) -> None:
    """Look at an accepted request on another day, if it is still to be applied."""
    await connection.execute(
        "UPDATE beneficiary_requests SET apply_on = $2 WHERE id = $1 AND apply_on IS NOT NULL", request_id, until
    )


async def due_to_lapse(
    connection: Connection, brand: str, *, incomplete_since: datetime, open_since: datetime, limit: int
) -> list[UUID]:
    """Return requests that have waited for documents since before `incomplete_since`, and all open ones before `open_since`."""
    rows = await connection.fetch(
        f"SELECT id FROM beneficiary_requests WHERE brand = $1 AND ({OLD}) ORDER BY created_at, id LIMIT $4",  # noqa: S608
        brand,
        incomplete_since,
        open_since,
        limit,
    )
    return [row["id"] for row in rows]


async def oldest_submitted(connection: Connection, brands: list[str]) -> dict[str, datetime]:
    """Return brand → since when its oldest undecided request waits."""
    rows = await connection.fetch(
        """
        SELECT brand, min(submitted_at) AS since FROM beneficiary_requests
        WHERE brand = ANY($1) AND state = 'submitted' GROUP BY brand
        """,
        brands,
    )
    return {row["brand"]: row["since"] for row in rows}

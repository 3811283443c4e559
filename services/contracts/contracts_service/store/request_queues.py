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


@dataclass(frozen=True)
class DueRequest:
    """A request that the background has something to do with."""

    id: UUID
    brand: str


async def list_of_brand(
    connection: Connection, brand: str, *, state: State, after: Position | None, limit: int
) -> list[BeneficiaryRequest]:
    """Return requests to a brand in a state, oldest first, those after `after`."""
    instant, row_id = after or (None, None)
    rows = await connection.fetch(
        f"""
        SELECT {COLUMNS} FROM beneficiary_requests
        WHERE brand = $1 AND state = $2 AND ($3::timestamptz IS NULL OR (created_at, id) > ($3, $4::uuid))
        ORDER BY created_at, id LIMIT $5
        """,  # noqa: S608 - ours
        brand,
        state,
        instant,
        row_id,
        limit,
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

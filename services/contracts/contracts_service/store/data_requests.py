"""SQL of what people have asked about their data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from service_kit.database import Connection

Kind = Literal["erasure", "restriction"]


@dataclass(frozen=True)
class NewRequest:
    """A request, in the order of the statement's columns; `recorded_by` is the staff's subject, None for the person."""

    id: UUID
    brand: str
    member_id: UUID
    person_id: UUID
    kind: Kind
    asked_at: datetime
    recorded_by: str | None


async def open_of(connection: Connection, person_id: UUID) -> dict[str, datetime]:
    """Return kind → when it was asked, for what a person has asked and not taken back."""
    rows = await connection.fetch(
        "SELECT kind, asked_at FROM data_requests WHERE person_id = $1 AND ended_at IS NULL", person_id
    )
    return {row["kind"]: row["asked_at"] for row in rows}


async def add(connection: Connection, new: NewRequest) -> bool:
    """Keep a request; return False where the same one is open already."""
    return bool(
        await connection.fetchval(
            """
            INSERT INTO data_requests (id, brand, member_id, person_id, kind, asked_at, recorded_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (person_id, kind) WHERE ended_at IS NULL DO NOTHING RETURNING true
            """,
            *vars(new).values(),
        )
    )


async def end(connection: Connection, person_id: UUID, kind: Kind, *, now: datetime) -> bool:
    """Take a request back; return False where there is none."""
    return bool(
        await connection.fetchval(
            "UPDATE data_requests SET ended_at = $3 WHERE person_id = $1 AND kind = $2 AND ended_at IS NULL RETURNING true",
            person_id,
            kind,
            now,
        )
    )

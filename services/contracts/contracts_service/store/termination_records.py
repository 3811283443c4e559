"""SQL of what is kept beside requests: the texts that were shown, and every step. Neither is ever changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True)
class StepRow:
    """One step of a request, in the order of the statement's columns. `detail` holds codes, never a person."""

    id: UUID
    termination_id: UUID
    at: datetime
    kind: str
    done_by: str
    detail: dict[str, Any]


async def keep_texts(
    connection: Connection, digest: bytes, *, version: str, content: dict[str, Any], now: datetime
) -> None:
    """Keep the texts that were shown, unless they are kept already."""
    await connection.execute(
        """
        INSERT INTO termination_texts (digest, version, content, kept_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (digest) DO NOTHING
        """,
        digest,
        version,
        content,
        now,
    )


async def find_texts(connection: Connection, digest: bytes) -> dict[str, Any] | None:
    """Return texts by their digest."""
    found: dict[str, Any] | None = await connection.fetchval(
        "SELECT content FROM termination_texts WHERE digest = $1", digest
    )
    return found


async def add_step(connection: Connection, row: StepRow) -> None:
    """Keep a step."""
    await connection.execute(
        "INSERT INTO termination_steps (id, termination_id, at, kind, done_by, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        *vars(row).values(),
    )


async def steps_of(connection: Connection, termination_id: UUID) -> list[StepRow]:
    """Return the steps of a request, the first one first."""
    rows = await connection.fetch(
        """
        SELECT id, termination_id, at, kind, done_by, detail FROM termination_steps
        WHERE termination_id = $1 ORDER BY at, id
        """,
        termination_id,
    )
    return [StepRow(**dict(row)) for row in rows]

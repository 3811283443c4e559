"""SQL of requests that are not confirmed yet. What has lapsed is not there any more, swept or not."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.database import Connection, row_as


@dataclass(frozen=True)
class DraftRow:
    """A draft, in the order of the statement's columns: a member's, or one that a secret opens."""

    id: UUID
    brand: str
    member_id: UUID | None
    secret_digest: bytes | None
    version: int
    entry_sealed: bytes
    created_at: datetime
    changed_at: datetime
    lapses_at: datetime


async def keep(connection: Connection, row: DraftRow) -> None:
    """Keep a draft; of a member, in the place of the one from before, whose id is gone."""
    await connection.execute(
        """
        INSERT INTO termination_drafts (
            id, brand, member_id, secret_digest, version, entry_sealed, created_at, changed_at, lapses_at
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (member_id) DO UPDATE SET
            id = $1, version = $5, entry_sealed = $6, created_at = $7, changed_at = $8, lapses_at = $9
        """,
        *vars(row).values(),
    )


async def is_there(connection: Connection, draft_id: UUID, *, member_id: UUID) -> bool:
    """Tell whether a member has that draft, lapsed or not, without locking it."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM termination_drafts WHERE id = $1 AND member_id = $2)", draft_id, member_id
    )
    return found


async def find(connection: Connection, draft_id: UUID, *, brand: str, now: datetime) -> DraftRow | None:
    """Return a draft of `brand`, locked until the transaction ends, if it has not lapsed."""
    row = await connection.fetchrow(
        """
        SELECT id, brand, member_id, secret_digest, version, entry_sealed, created_at, changed_at, lapses_at
        FROM termination_drafts WHERE id = $1 AND brand = $2 AND lapses_at > $3 FOR UPDATE
        """,
        draft_id,
        brand,
        now,
    )
    return row_as(DraftRow, row)


async def find_id_of_member(connection: Connection, member_id: UUID, *, now: datetime) -> UUID | None:
    """Return the id of the member's draft, if there is one."""
    found: UUID | None = await connection.fetchval(
        "SELECT id FROM termination_drafts WHERE member_id = $1 AND lapses_at > $2", member_id, now
    )
    return found


async def save(connection: Connection, row: DraftRow) -> None:
    """Write what a draft has become."""
    await connection.execute(
        "UPDATE termination_drafts SET version = $2, entry_sealed = $3, changed_at = $4, lapses_at = $5 WHERE id = $1",
        row.id,
        row.version,
        row.entry_sealed,
        row.changed_at,
        row.lapses_at,
    )


async def delete(connection: Connection, draft_id: UUID) -> None:
    """Delete a draft: it is confirmed."""
    await connection.execute("DELETE FROM termination_drafts WHERE id = $1", draft_id)


async def delete_lapsed(connection: Connection, *, now: datetime, limit: int) -> int:
    """Delete up to `limit` drafts that have lapsed, and return how many."""
    rows = await connection.fetch(
        """
        DELETE FROM termination_drafts WHERE id IN (
            SELECT id FROM termination_drafts WHERE lapses_at <= $1 ORDER BY lapses_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ) RETURNING id
        """,
        now,
        limit,
    )
    return len(rows)

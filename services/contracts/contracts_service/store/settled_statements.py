"""SQL of statements on which something new is to be told, once nothing has come to them for some minutes."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection


@dataclass(frozen=True)
class SettledPart:
    """One person's lines on a statement, locked until the transaction ends; `reader_id` is who is told of them."""

    statement_id: UUID
    person_id: UUID
    reader_id: UUID
    brand: str
    latest_paid_on: date | None


async def take(connection: Connection, *, before: datetime, today: date, limit: int) -> list[SettledPart]:
    """Lock what is new on up to `limit` statements that nothing has come to since `before`, the earliest first.

    It waits for no lock, so that an import, which may hold some, never waits in turn for one that waits for it. The reader is the
    member, or the person's own self from 16 on unless that was refused (code de la mutualité, L114-2).
    """
    rows = await connection.fetch(
        """
        WITH due AS MATERIALIZED (
            SELECT DISTINCT statement_id FROM (
                SELECT statement_id FROM statement_parts AS part
                WHERE touched_at < $1 AND NOT EXISTS (
                    SELECT FROM statement_parts AS later
                    WHERE later.statement_id = part.statement_id AND later.touched_at >= $1
                )
                ORDER BY touched_at LIMIT $3
            ) AS earliest
        )
        SELECT statement_id, person_id, latest_paid_on, brand,
            CASE WHEN autonomous_from <= $2 AND autonomy_refused_on IS NULL THEN person_id ELSE member_id END AS reader_id
        FROM statement_parts
        JOIN due USING (statement_id)
        JOIN statements ON statements.id = statement_id
        JOIN contracts ON contracts.id = statements.contract_id
        JOIN members ON members.id = member_id
        LEFT JOIN beneficiaries ON beneficiaries.id = person_id
        WHERE touched_at IS NOT NULL
        FOR UPDATE OF statement_parts SKIP LOCKED
        """,
        before,
        today,
        limit,
    )
    return [SettledPart(**dict(row)) for row in rows]


async def mark_told(connection: Connection, parts: list[SettledPart]) -> None:
    """Note that nothing is new on `parts` any more."""
    await connection.execute(
        """
        UPDATE statement_parts SET touched_at = NULL FROM unnest($1::uuid[], $2::uuid[]) AS told (statement_id, person_id)
        WHERE statement_parts.statement_id = told.statement_id AND statement_parts.person_id = told.person_id
        """,
        [part.statement_id for part in parts],
        [part.person_id for part in parts],
    )


async def count_told(connection: Connection, times: dict[UUID, int]) -> dict[UUID, int]:
    """Count what is told of statements, `times` each, and return the number that each was at before."""
    rows = await connection.fetch(
        """
        UPDATE statements SET told_version = told_version + times FROM unnest($1::uuid[], $2::bigint[]) AS told (id, times)
        WHERE statements.id = told.id RETURNING statements.id, told_version - times AS version
        """,
        list(times),
        list(times.values()),
    )
    return {row["id"]: row["version"] for row in rows}

"""SQL of the days on which notices of renewal were sent."""

from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection


async def record(
    connection: Connection,
    member_ids: list[UUID],
    *,
    renewal_date: date,
    sent_on: date,
    recorded: tuple[datetime, str],
) -> None:
    """Note when the notice of a renewal was sent to members; `recorded` is when, and by whom. A later record corrects."""
    await connection.execute(
        """
        INSERT INTO renewal_notices (member_id, renewal_date, sent_on, recorded_at, recorded_by)
        SELECT member_id, $2, $3, $4, $5 FROM unnest($1::uuid[]) AS told (member_id)
        ON CONFLICT (member_id, renewal_date) DO UPDATE SET sent_on = $3, recorded_at = $4, recorded_by = $5
        """,
        member_ids,
        renewal_date,
        sent_on,
        *recorded,
    )


async def of_member(connection: Connection, member_id: UUID) -> dict[date, date]:
    """Return échéance → the day on which its notice was sent, for those that are known."""
    rows = await connection.fetch("SELECT renewal_date, sent_on FROM renewal_notices WHERE member_id = $1", member_id)
    return {row["renewal_date"]: row["sent_on"] for row in rows}

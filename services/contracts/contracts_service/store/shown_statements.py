"""SQL of statements as they are shown: of each, only the parts of persons whom the viewer may see. One statement a page."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from service_kit.database import Connection

from contracts_service.domain.day_pages import DayPage
from contracts_service.store.shown_reimbursements import LINE, ShownReimbursement, lines_after


@dataclass(frozen=True)
class ShownStatement:
    """A statement and the sums of its visible parts, in the order of the statements' columns; amounts are cents."""

    identifier: str
    id: UUID
    dated_on: date  # what the list is ordered by
    lines: int
    amount_spent: int
    mandatory_share: int
    complementary_share: int
    remaining_cost: int
    first_care_date: date
    last_care_date: date
    paid_on: date | None  # the latest payment


COLUMNS = 11
SUMMED = """statement_id, dated_on, sum(lines)::bigint, sum(amount_spent)::bigint, sum(mandatory_share)::bigint,
    sum(complementary_share)::bigint, sum(remaining_cost)::bigint, min(first_care_date), max(last_care_date),
    max(latest_paid_on)"""


async def page_of(connection: Connection, persons: list[UUID], page: DayPage) -> list[ShownStatement]:
    """Return the statements of one page, and one more.

    Whoever has a part on one of them has fewer than a page of newer ones: so many parts of each person hold them all.
    """
    rows = await connection.fetch(
        f"""
        WITH page AS (
            SELECT {SUMMED} FROM unnest($1::uuid[]) AS person (person_id) CROSS JOIN LATERAL (
                SELECT * FROM statement_parts
                WHERE person_id = person.person_id AND (dated_on, statement_id) < ($2, $3)
                ORDER BY dated_on DESC, statement_id DESC LIMIT $4
            ) AS part
            GROUP BY dated_on, statement_id ORDER BY dated_on DESC, statement_id DESC LIMIT $4
        )
        SELECT identifier, page.* FROM page JOIN statements ON statements.id = statement_id
        ORDER BY page.dated_on DESC, statement_id DESC
        """,  # noqa: S608 - columns of ours
        persons,
        *page.before,
        page.and_one_more,
    )
    return [ShownStatement(*row) for row in rows]


async def with_lines(
    connection: Connection, statement_id: UUID, persons: list[UUID], page: DayPage
) -> tuple[ShownStatement, list[ShownReimbursement]] | None:
    """Return a statement of `persons` and one page of their lines on it, and one more; None where they have no part in it."""
    rows = await connection.fetch(
        f"""
        WITH part AS (
            SELECT * FROM statement_parts WHERE statement_id = $1 AND person_id = ANY($2)
        ), page AS (
            SELECT line.* FROM part CROSS JOIN LATERAL (
                SELECT {LINE} FROM reimbursements
                WHERE statement_id = part.statement_id AND person_id = part.person_id
                    AND care_date >= part.first_care_date AND care_date <= part.last_care_date AND care_date <= $3
                    AND (care_date, id) < ($3, $4)
                ORDER BY care_date DESC, id DESC LIMIT $5
            ) AS line
            ORDER BY care_date DESC, id DESC LIMIT $5
        ), total AS (
            SELECT {SUMMED} FROM part GROUP BY statement_id, dated_on
        )
        SELECT identifier, total.*, page.*, identifier, NULL
        FROM total JOIN statements ON statements.id = total.statement_id LEFT JOIN page ON true
        ORDER BY page.care_date DESC, page.id DESC
        """,  # noqa: S608 - columns of ours
        statement_id,
        persons,
        *page.before,
        page.and_one_more,
    )
    if not rows:
        return None
    return ShownStatement(*tuple(rows[0])[:COLUMNS]), lines_after(rows, COLUMNS)

"""SQL of reimbursements as they are shown to whoever may see them: one statement a page, its totals from the running ones.

Each visible person's lines are read from the index in the order of the list, and no further than a page: the 500th costs what
the first one does. Partitions of other years are not even looked at.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record
from service_kit.database import Connection

from contracts_service.domain.day_pages import DayPage
from contracts_service.domain.reimbursement_sums import Sums


@dataclass(frozen=True)
class ShownReimbursement:
    """A line, in the order of the statements' columns; amounts are cents. `replaced_at`: it is a former revision."""

    id: UUID
    person_id: UUID
    care_date: date
    revision: int
    act: str
    provider: str | None
    payee: str | None
    amount_spent: int
    base: int | None
    rate: int | None
    mandatory_share: int
    complementary_share: int
    remaining_cost: int
    paid_on: date | None
    statement_id: UUID | None
    statement: str | None  # its identifier
    replaced_at: datetime | None


SUMS = 7  # columns of Sums
LINE = """id, person_id, care_date, revision, act, provider, payee, amount_spent, base, rate, mandatory_share,
    complementary_share, remaining_cost, paid_on, statement_id"""


async def page_of(
    connection: Connection, persons: list[UUID], page: DayPage, *, year: int | None
) -> tuple[Sums, list[ShownReimbursement]]:
    """Return the totals of `persons` in `year` of care, or at all, and the lines of one page and one more."""
    rows = await connection.fetch(
        f"""
        WITH totals AS (
            SELECT coalesce(sum(lines), 0)::bigint, coalesce(sum(amount_spent), 0)::bigint,
                coalesce(sum(mandatory_share), 0)::bigint, coalesce(sum(complementary_share), 0)::bigint,
                coalesce(sum(remaining_cost), 0)::bigint, coalesce(sum(flat_contribution), 0)::bigint,
                coalesce(sum(deductible), 0)::bigint
            FROM reimbursement_years WHERE person_id = ANY($1) AND ($2::bigint IS NULL OR year = $2)
        ), page AS (
            SELECT line.* FROM unnest($1) AS person (person_id) CROSS JOIN LATERAL (
                SELECT {LINE} FROM reimbursements
                WHERE person_id = person.person_id AND care_date >= $3 AND care_date <= $4 AND (care_date, id) < ($4, $5)
                ORDER BY care_date DESC, id DESC LIMIT $6
            ) AS line
            ORDER BY care_date DESC, id DESC LIMIT $6
        )
        SELECT totals.*, page.*, identifier, NULL
        FROM totals LEFT JOIN page ON true LEFT JOIN statements ON statements.id = page.statement_id
        ORDER BY care_date DESC, page.id DESC
        """,  # noqa: S608 - columns of ours
        persons,
        year,
        page.first,
        *page.before,
        page.and_one_more,
    )
    return Sums(*tuple(rows[0])[:SUMS]), lines_after(rows, SUMS)


def lines_after(rows: list[Record], columns: int) -> list[ShownReimbursement]:
    """Return the lines that stand after `columns` others in `rows`; where there is none, the one row has none."""
    return [ShownReimbursement(*line) for row in rows if (line := tuple(row)[columns:])[0] is not None]


async def with_revisions(
    connection: Connection, reimbursement_id: UUID, persons: list[UUID]
) -> list[ShownReimbursement]:
    """Return a line of one of `persons` and its former revisions, the highest first; of those only what was theirs then."""
    rows = await connection.fetch(
        f"""
        WITH line AS (
            SELECT {LINE}, NULL::timestamptz AS replaced_at FROM reimbursements WHERE id = $1 AND person_id = ANY($2)
            UNION ALL
            SELECT {LINE.replace("id,", "reimbursement_id,", 1)}, replaced_at FROM reimbursement_revisions
            WHERE reimbursement_id = $1 AND person_id = ANY($2)
        )
        SELECT {LINE.replace("id,", "line.id,", 1)}, identifier, replaced_at
        FROM line LEFT JOIN statements ON statements.id = statement_id
        ORDER BY revision DESC
        """,  # noqa: S608 - columns of ours
        reimbursement_id,
        persons,
    )
    return lines_after(rows, 0)


async def sums_of_year(connection: Connection, persons: list[UUID], *, year: int) -> dict[UUID, Sums]:
    """Return person → totals of one year of care, for those who have lines in it."""
    rows = await connection.fetch(
        """
        SELECT person_id, lines, amount_spent, mandatory_share, complementary_share, remaining_cost, flat_contribution,
            deductible
        FROM reimbursement_years WHERE person_id = ANY($1) AND year = $2
        """,
        persons,
        year,
    )
    return {row["person_id"]: Sums(*tuple(row)[1:]) for row in rows}

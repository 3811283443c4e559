"""SQL of a member's contributions as they are shown: one statement a page, its totals from the running ones."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from service_kit.database import Connection

from contracts_service.domain.contribution_sums import ContributionSums
from contracts_service.domain.day_pages import DayPage


@dataclass(frozen=True)
class ShownContribution:
    """A contribution, in the order of the statement's columns; amounts are cents."""

    id: UUID
    due_date: date
    reference: str
    period_start: date
    period_end: date
    amount: int
    tax_amount: int
    status: str
    paid_on: date | None
    method: str | None


async def page_of(
    connection: Connection, contract_id: UUID, page: DayPage, *, year: int | None
) -> tuple[ContributionSums, list[ShownContribution]]:
    """Return the totals of all that are due in `year`, or at all, and the contributions of one page and one more."""
    rows = await connection.fetch(
        """
        WITH totals AS (
            SELECT coalesce(sum(lines), 0)::bigint, coalesce(sum(amount), 0)::bigint, coalesce(sum(called), 0)::bigint,
                coalesce(sum(paid), 0)::bigint, coalesce(sum(unpaid), 0)::bigint, coalesce(sum(tax_amount), 0)::bigint
            FROM contribution_years WHERE contract_id = $1 AND ($2::bigint IS NULL OR year = $2)
        )
        SELECT totals.*, page.* FROM totals LEFT JOIN (
            SELECT id, due_date, reference, period_start, period_end, amount, tax_amount, status, paid_on, method
            FROM contributions
            WHERE contract_id = $1 AND due_date >= $3 AND due_date <= $4 AND (due_date, id) < ($4, $5)
            ORDER BY due_date DESC, id DESC LIMIT $6
        ) AS page ON true
        ORDER BY due_date DESC, id DESC
        """,
        contract_id,
        year,
        page.first,
        *page.before,
        page.and_one_more,
    )
    totals = ContributionSums(*tuple(rows[0])[:6])
    return totals, [ShownContribution(*tuple(row)[6:]) for row in rows if row["id"] is not None]

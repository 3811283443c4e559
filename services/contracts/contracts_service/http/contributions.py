"""GET /v1/me/contributions: what the contract costs, and what of it is paid. For the member alone, who owes it.

→ `usecases/read_contributions.py`.
"""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from service_kit.http.endpoints import Answer, Call, Endpoint
from service_kit.http.problems import NotFound

from contracts_service.domain.contribution_status import ContributionStatus, PaymentMethod
from contracts_service.domain.contribution_sums import ContributionSums
from contracts_service.domain.day_pages import DayPage
from contracts_service.domain.money import euros
from contracts_service.http.access import READING
from contracts_service.http.day_cursors import next_cursor, position_of
from contracts_service.http.shown_money import YearPageQuery
from contracts_service.resources import Contracts
from contracts_service.store.shown_contributions import ShownContribution
from contracts_service.usecases.read_contributions import read_contributions

DESCRIPTION = """By due date, the latest first; `year` is that of the due date. `totals` are of all that the filter lets
through, whatever the page: `called` is all but what is only scheduled, `paid` what is paid or regularised, `unpaid` what is
owed from the first missed payment on. `tax_amount` is the part of `amount` that is the solidarity tax. An autonomous
beneficiary has no contributions: 404."""


class ContributionAnswer(BaseModel):
    """A contribution; a credit is negative."""

    id: UUID
    reference: str
    period_start: date
    period_end: date
    due_date: date
    amount: str
    tax_amount: str
    status: ContributionStatus
    paid_on: date | None
    method: PaymentMethod | None


class ContributionTotals(BaseModel):
    """Contributions summed."""

    lines: int
    amount: str
    called: str
    paid: str
    unpaid: str
    tax_amount: str

    @classmethod
    def of(cls, sums: ContributionSums) -> "ContributionTotals":
        """Return how sums are shown."""
        return cls(
            lines=sums.lines,
            amount=euros(sums.amount),
            called=euros(sums.called),
            paid=euros(sums.paid),
            unpaid=euros(sums.unpaid),
            tax_amount=euros(sums.tax_amount),
        )


class ContributionList(BaseModel):
    """A page, the cursor of the next one, and the totals of the whole filter."""

    items: list[ContributionAnswer]
    next: str | None
    totals: ContributionTotals


async def list_contributions(call: Call[Contracts]) -> Answer:
    """Answer a page of the member's contributions."""
    query: YearPageQuery = call.query
    scope = f"contributions {call.member.brand} {call.member.member_id} {query.year}"
    page = DayPage.of(year=query.year, after=position_of(call, scope=scope), limit=query.limit)
    found = await read_contributions(call.resources, call.member, page, year=query.year, now=call.now)
    return Answer(
        {
            "items": [_fields(line) for line in found.lines[: query.limit]],
            "next": next_cursor(call, [(line.due_date, line.id) for line in found.lines], scope=scope),
            "totals": ContributionTotals.of(found.totals).model_dump(),
        }
    )


def _fields(line: ShownContribution) -> dict[str, Any]:
    return {**vars(line), "id": str(line.id), "amount": euros(line.amount), "tax_amount": euros(line.tax_amount)}


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/me/contributions",
        "list_contributions",
        "The member's contributions",
        list_contributions,
        READING,
        query=YearPageQuery,
        answer=ContributionList,
        problems=(NotFound,),
        description=" ".join(DESCRIPTION.split()),
    ),
]

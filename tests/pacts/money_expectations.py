"""What contracts tells of money: the lines that are imported for it, and what notifications expects of a settled statement."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

from contracts_service.usecases.tell_settled_statements import tell_settled_statements
from pact import match
from service_kit.clock import civil_date

from tests.pacts import news_expectations as news
from tests.support.agreements import examples_of
from tests.support.money_lines import contribution_line, reimbursement_line
from tests.support.pacts import Expectation, an_id
from tests.support.parts import OpenedPart

READER = examples_of("member.enrolled.v1")["ordinary.json"]
SETTLED = Expectation(
    "a statement with new lines",
    "a reimbursement of a member was paid and imported",
    "reimbursement.settled.v1",
    {
        "member_id": an_id(READER["data"]["member_id"]),
        "brand": match.str("mgas"),
        "settlement_id": an_id("2c8e5f71-0b94-4d3a-a6e7-91d4c7b80f26"),
    },
)
STATES = {news.UNPAID.expectation.state, SETTLED.state}

Import = Callable[..., Awaitable[None]]


async def make_money_news(contracts: OpenedPart, event_type: str, member: dict[str, Any], imported: Import) -> None:
    """Import a member, then what makes `event_type`, by `imported(line, kind=…)`."""
    today = civil_date(contracts.resources.foundation.clock.now())
    number = member["membership_number"]
    await imported(member)
    if event_type == "contribution.unpaid.v1":
        return await imported(_unpaid(number, today), kind="contributions")
    await imported(_paid(number, member["birth_date"], today), kind="reimbursements")
    async with contracts.database.transaction() as connection:
        await connection.execute("UPDATE statement_parts SET touched_at = touched_at - interval '1 hour'")
    await tell_settled_statements(contracts.resources)
    return None


def _unpaid(number: str, today: date) -> dict[str, Any]:
    due = today - timedelta(days=10)
    end = due + timedelta(days=27)
    days = {"period_start": due.isoformat(), "period_end": end.isoformat(), "due_date": due.isoformat()}
    return contribution_line(number, f"C-{number}", **days, status="unpaid", paid_on=None)


def _paid(number: str, birth_date: str, today: date) -> dict[str, Any]:
    yesterday = (today - timedelta(days=1)).isoformat()
    return reimbursement_line(
        number, f"L-{number}", birth_date=birth_date, care_date=yesterday, paid_on=yesterday, statement="D202611"
    )

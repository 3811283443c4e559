"""GET /v1/me/statements and …/{id}: reimbursements as they were sent, of those persons whom the caller may see.

→ `usecases/read_statements.py`.
"""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from service_kit.http.endpoints import Answer, Call, Endpoint
from service_kit.http.path_ids import id_of
from service_kit.http.problems import NotFound

from contracts_service.domain.day_pages import DayPage
from contracts_service.http.access import READING
from contracts_service.http.day_cursors import next_cursor, position_of
from contracts_service.http.shown_money import MoneyPageQuery, ReimbursementAnswer, SharesAnswer, line_fields, shares
from contracts_service.resources import Contracts
from contracts_service.store.shown_statements import ShownStatement
from contracts_service.usecases.read_statements import read_statement, read_statements

LIST = """The latest first. Days and totals are those of the lines that the caller may see, and of nobody else's."""
ONE = """`items` are a page of the lines that the caller may see, by day of care, the latest first; `totals` are of all those."""


class StatementAnswer(BaseModel):
    """A statement; `paid_on` is the latest payment on it, null while nothing was paid."""

    id: UUID
    identifier: str
    first_care_date: date
    last_care_date: date
    paid_on: date | None
    totals: SharesAnswer


class StatementList(BaseModel):
    """A page, and the cursor of the next one."""

    items: list[StatementAnswer]
    next: str | None


class WholeStatement(StatementAnswer):
    """A statement, a page of its lines, and the cursor of the next page."""

    items: list[ReimbursementAnswer]
    next: str | None


async def list_statements(call: Call[Contracts]) -> Answer:
    """Answer a page of the caller's statements."""
    scope = f"statements {call.member.brand} {call.member.member_id}"
    page = DayPage.of(year=None, after=position_of(call, scope=scope), limit=call.query.limit)
    found = await read_statements(call.resources, call.member, page, now=call.now)
    return Answer(
        {
            "items": [_fields(one) for one in found[: call.query.limit]],
            "next": next_cursor(call, [(one.dated_on, one.id) for one in found], scope=scope),
        }
    )


async def show_statement(call: Call[Contracts]) -> Answer:
    """Answer one statement and a page of its lines."""
    statement_id = id_of(call)
    scope = f"statement {statement_id} {call.member.brand} {call.member.member_id}"
    page = DayPage.of(year=None, after=position_of(call, scope=scope), limit=call.query.limit)
    statement, lines = await read_statement(call.resources, call.member, statement_id, page, now=call.now)
    return Answer(
        {
            **_fields(statement),
            "items": [line_fields(line) for line in lines[: call.query.limit]],
            "next": next_cursor(call, [(line.care_date, line.id) for line in lines], scope=scope),
        }
    )


def _fields(statement: ShownStatement) -> dict[str, Any]:
    return {
        "id": str(statement.id),
        "identifier": statement.identifier,
        "first_care_date": statement.first_care_date,
        "last_care_date": statement.last_care_date,
        "paid_on": statement.paid_on,
        "totals": {"lines": statement.lines, **shares(statement)},
    }


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/me/statements",
        "list_statements",
        "Statements of reimbursements",
        list_statements,
        READING,
        query=MoneyPageQuery,
        answer=StatementList,
        problems=(NotFound,),
        description=LIST,
    ),
    Endpoint(
        "GET",
        "/v1/me/statements/{id}",
        "show_statement",
        "One statement and its lines",
        show_statement,
        READING,
        query=MoneyPageQuery,
        answer=WholeStatement,
        problems=(NotFound,),
        description=ONE,
    ),
]

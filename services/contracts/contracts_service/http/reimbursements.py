"""GET /v1/me/reimbursements, …/{id} and /v1/me/yearly-counters: what was spent on care, and who has paid it.

→ `usecases/read_reimbursements.py`. Of each person's lines, only those whom the caller may see: others are not even counted.
"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from service_kit.clock import civil_date
from service_kit.http.endpoints import Answer, Call, Endpoint
from service_kit.http.path_ids import id_of
from service_kit.http.problems import NotFound

from contracts_service.domain.day_pages import DayPage
from contracts_service.domain.money import euros
from contracts_service.domain.plain_fields import EARLIEST, LATEST
from contracts_service.domain.reimbursement_sums import Sums
from contracts_service.domain.withheld_amounts import Withholding, cap_of_year, used_of_year
from contracts_service.http.access import READING
from contracts_service.http.day_cursors import next_cursor, position_of
from contracts_service.http.shown_money import ReimbursementAnswer, TotalsAnswer, YearPageQuery, line_fields
from contracts_service.resources import Contracts
from contracts_service.usecases.read_reimbursements import (
    ReimbursementFilter,
    read_reimbursement,
    read_reimbursements,
    read_yearly_counters,
)

LIST = """By day of care, the latest first; `year` is that of the care, `person` an id of `GET /v1/me/beneficiaries` whose lines
are shown. `totals` are of all that the filter lets through, whatever the page."""
COUNTERS = """What the health insurance has withheld in a civil year of care (code de la sécurité sociale, L160-13), for each
person whom the caller may see: flat contributions (participation forfaitaire) and deductibles (franchise médicale), as far as
the known lines tell. `used` never exceeds `cap`."""


class ReimbursementQuery(YearPageQuery):
    """Which part of the list, and whose lines."""

    person: UUID | None = None


class ReimbursementList(BaseModel):
    """A page, the cursor of the next one, and the totals of the whole filter."""

    items: list[ReimbursementAnswer]
    next: str | None
    totals: TotalsAnswer


class RevisionAnswer(ReimbursementAnswer):
    """What a line said before a higher revision took its place."""

    replaced_at: datetime


class WholeReimbursement(ReimbursementAnswer):
    """A line and what it said before, the highest revision first; what was somebody else's then is left out."""

    revisions: list[RevisionAnswer]


class CounterQuery(BaseModel):
    """Which year: the present one, where none is named."""

    model_config = ConfigDict(extra="forbid")

    year: int | None = Field(None, ge=EARLIEST, le=LATEST)


class CounterAnswer(BaseModel):
    """What is used of a yearly cap."""

    used: str
    cap: str

    @classmethod
    def of(cls, kind: Withholding, cents: int, year: int) -> "CounterAnswer":
        """Return how far a year's sum fills its cap."""
        return cls(used=euros(used_of_year(kind, cents, year)), cap=euros(cap_of_year(kind, year)))


class PersonCounters(BaseModel):
    """One person's counters."""

    person_id: UUID
    flat_contributions: CounterAnswer
    deductibles: CounterAnswer

    @classmethod
    def of(cls, person_id: UUID, sums: Sums, year: int) -> "PersonCounters":
        """Return the counters of one person."""
        flat = CounterAnswer.of("flat_contribution", sums.flat_contribution, year)
        return cls(
            person_id=person_id,
            flat_contributions=flat,
            deductibles=CounterAnswer.of("deductible", sums.deductible, year),
        )


class YearlyCounters(BaseModel):
    """The counters of one civil year of care, the caller's own first."""

    year: int
    items: list[PersonCounters]


async def list_reimbursements(call: Call[Contracts]) -> Answer:
    """Answer a page of the lines that the caller may see."""
    query: ReimbursementQuery = call.query
    scope = f"reimbursements {call.member.brand} {call.member.member_id} {query.year} {query.person}"
    page = DayPage.of(year=query.year, after=position_of(call, scope=scope), limit=query.limit)
    wanted = ReimbursementFilter(query.year, query.person)
    found = await read_reimbursements(call.resources, call.member, wanted, page, now=call.now)
    return Answer(
        {
            "items": [line_fields(line) for line in found.lines[: query.limit]],
            "next": next_cursor(call, [(line.care_date, line.id) for line in found.lines], scope=scope),
            "totals": TotalsAnswer.of(found.totals).model_dump(),
        }
    )


async def show_reimbursement(call: Call[Contracts]) -> Answer:
    """Answer one line and its former revisions."""
    line, *former = await read_reimbursement(call.resources, call.member, id_of(call), now=call.now)
    revisions = [line_fields(one) | {"replaced_at": one.replaced_at} for one in former]
    return Answer(WholeReimbursement.model_validate(line_fields(line) | {"revisions": revisions}))


async def show_yearly_counters(call: Call[Contracts]) -> Answer:
    """Answer what is used of the year's caps, person by person."""
    year = call.query.year or civil_date(call.now).year
    found = await read_yearly_counters(call.resources, call.member, year, now=call.now)
    return Answer(
        YearlyCounters(year=year, items=[PersonCounters.of(person, sums, year) for person, sums in found.items()])
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/me/reimbursements",
        "list_reimbursements",
        "Reimbursements that the signed-in person may see",
        list_reimbursements,
        READING,
        query=ReimbursementQuery,
        answer=ReimbursementList,
        problems=(NotFound,),
        description=" ".join(LIST.split()),
    ),
    Endpoint(
        "GET",
        "/v1/me/reimbursements/{id}",
        "show_reimbursement",
        "One reimbursement and its former revisions",
        show_reimbursement,
        READING,
        answer=WholeReimbursement,
        problems=(NotFound,),
    ),
    Endpoint(
        "GET",
        "/v1/me/yearly-counters",
        "show_yearly_counters",
        "Flat contributions and deductibles of a year",
        show_yearly_counters,
        READING,
        query=CounterQuery,
        answer=YearlyCounters,
        problems=(NotFound,),
        description=" ".join(COUNTERS.split()),
    ),
]

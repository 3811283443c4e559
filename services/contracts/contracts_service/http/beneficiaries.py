"""GET /v1/me/beneficiaries: who is on the contract, and whose lines the caller is shown. Never a social-security number.

→ `usecases/list_people.py`. The ids are those that other lists take as `?person=`.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from service_kit.http.cursors import LONGEST
from service_kit.http.endpoints import Answer, Call, Endpoint
from service_kit.http.problems import NotFound

from contracts_service.domain.enrolment_line import Relation
from contracts_service.http.access import READING
from contracts_service.resources import Contracts
from contracts_service.usecases.list_people import ListedPerson, list_people

DESCRIPTION = """For the member: the member first (`relation` is `member`), then the people beside the member, those of today in
the contract's order before those who have left it (`until` has passed). For a beneficiary who is autonomous (16 or more, and
autonomy not refused: code de la mutualité, L114-2): the own entry only. The `id` is what `?person=` of other lists takes;
`lines_shown` tells whether the caller may see the person's lines there. A member does not see those of who is `autonomous`.
`autonomous_from` is the day on which the person is 16, null for the member and for who has refused."""


class PeopleQuery(BaseModel):
    """Which part of the list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(100, ge=1, le=100)
    cursor: str | None = Field(None, max_length=LONGEST)


class PersonAnswer(BaseModel):
    """A person on the contract; `birth_date` may be partial (1960-00-00), the last day of cover is included in `until`."""

    id: UUID
    relation: Literal["member"] | Relation
    first_name: str | None
    last_name: str
    birth_date: str
    birth_rank: int | None
    since: date
    until: date | None
    autonomous: bool
    autonomous_from: date | None
    lines_shown: bool

    @classmethod
    def of(cls, listed: ListedPerson) -> "PersonAnswer":
        """Return how a person is shown."""
        person = listed.person
        return cls(
            id=person.id,
            relation=person.relation,
            first_name=person.first_name,
            last_name=person.last_name,
            birth_date=person.birth_date,
            birth_rank=person.birth_rank,
            since=listed.since,
            until=listed.until,
            autonomous=listed.autonomous,
            autonomous_from=None if person.autonomy_refused_on else person.autonomous_from,
            lines_shown=listed.lines_shown,
        )


class PeopleAnswer(BaseModel):
    """The people on the contract; `next` is the cursor of those after them."""

    items: list[PersonAnswer]
    next: str | None


async def list_my_beneficiaries(call: Call[Contracts]) -> Answer:
    """Answer a page of the people whom the caller may know of."""
    query: PeopleQuery = call.query
    cursors, scope = call.resources.foundation.cursors, f"people {call.member.brand} {call.member.member_id}"
    after = None if query.cursor is None else cursors.read(query.cursor, scope=scope)[1]
    listed = await list_people(call.resources, call.member, now=call.now)
    places = {one.person.id: place for place, one in enumerate(listed)}
    first = 0 if after is None else places.get(after, len(listed)) + 1
    shown = listed[first : first + query.limit]
    more = len(listed) > first + query.limit
    return Answer(
        PeopleAnswer(
            items=[PersonAnswer.of(one) for one in shown],
            next=cursors.write((shown[-1].person.heard_at, shown[-1].person.id), scope=scope) if more else None,
        )
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/me/beneficiaries",
        "list_my_beneficiaries",
        "The people on the signed-in member's contract",
        list_my_beneficiaries,
        READING,
        query=PeopleQuery,
        answer=PeopleAnswer,
        problems=(NotFound,),
        description=" ".join(DESCRIPTION.split()),
    )
]

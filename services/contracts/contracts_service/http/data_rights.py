"""GET /v1/me/data-rights, POST /v1/me/erasure-requests, PUT /v1/me/data-restriction, and the same restriction by the back office.

→ `usecases/ask_about_data.py`. Whose data are meant is the caller's own; an ex-member may ask as well.
"""

from datetime import date, datetime

from pydantic import BaseModel
from service_kit.clock import civil_date
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.http.path_ids import id_of
from service_kit.http.problems import NotFound, RecentSignInRequired
from service_kit.http.recent_sign_ins import require_recent_sign_in
from service_kit.http.staff_reasons import Reason
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.data_rights import DataRights
from contracts_service.http.access import READING
from contracts_service.resources import Contracts
from contracts_service.usecases.ask_about_data import ask_about_own_data, read_data_rights, restrict_for

BACK_OFFICE = Staff(("back-office",))
ERASURE = """The law has us keep a contract and its claims for years (GDPR art. 17(3)(b), (e)): the request is kept, the data are
restricted from the contract's end on, and leave by themselves on `purge_on`. Asked twice, it is asked once."""
RESTRICTION = """While data are restricted (GDPR art. 18) no member of staff sees or changes them (409 `data-restricted`); the
person sees and exports them as before, and files that come in are still kept."""


class DataRightsAnswer(BaseModel):
    """Where the caller's data stand; days are civil days in Paris. Without an end of the contract there is no day yet."""

    restricted: bool
    erasure_asked_at: datetime | None
    restriction_asked_at: datetime | None
    access_until: date | None
    purge_on: date | None
    explanation: str

    @classmethod
    def of(cls, rights: DataRights, *, today: date) -> "DataRightsAnswer":
        """Return the answer that tells `rights`."""
        keeping = rights.keeping
        return cls(
            restricted=rights.restricted_on(today),
            erasure_asked_at=rights.erasure_asked_at,
            restriction_asked_at=rights.restriction_asked_at,
            access_until=keeping.access_until if keeping else None,
            purge_on=keeping.purge_on if keeping else None,
            explanation=rights.explanation(today),
        )


class RestrictionChoice(RequestBody):
    """Whether somebody may work with the data."""

    restricted: bool


class StaffRestriction(RestrictionChoice):
    """The same, with why: a letter, a call."""

    reason: Reason


async def show_data_rights(call: Call[Contracts]) -> Answer:
    """Answer where the caller's data stand."""
    return _answer(call, await read_data_rights(call.resources, call.member, now=call.now))


async def ask_for_erasure(call: Call[Contracts]) -> Answer:
    """Keep the caller's request, and answer when the data will leave."""
    _be_recent(call)
    rights = await ask_about_own_data(call.resources, call.member, "erasure", wanted=True, now=call.now)
    return _answer(call, rights, status=201)


async def choose_restriction(call: Call[Contracts]) -> Answer:
    """Restrict the caller's data, or take that back."""
    choice: RestrictionChoice = call.body
    _be_recent(call)
    rights = await ask_about_own_data(
        call.resources, call.member, "restriction", wanted=choice.restricted, now=call.now
    )
    return _answer(call, rights)


async def restrict_for_person(call: Call[Contracts]) -> Answer:
    """Restrict a person's data, or take that back, as the person has asked."""
    choice: StaffRestriction = call.body
    act = StaffAct(call.brand, call.staff.subject, choice.reason)
    rights = await restrict_for(call.resources, act, id_of(call), restricted=choice.restricted, now=call.now)
    return _answer(call, rights)


def _be_recent(call: Call[Contracts]) -> None:
    require_recent_sign_in(call, minutes=call.resources.brands[call.member.brand].recent_sign_in_minutes)


def _answer(call: Call[Contracts], rights: DataRights, *, status: int = 200) -> Answer:
    return Answer(DataRightsAnswer.of(rights, today=civil_date(call.now)), status=status)


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/me/data-rights",
        "show_data_rights",
        "What becomes of one's data, and when",
        show_data_rights,
        READING,
        answer=DataRightsAnswer,
        problems=(NotFound,),
    ),
    Endpoint(
        "POST",
        "/v1/me/erasure-requests",
        "ask_for_erasure",
        "Ask that one's data be erased",
        ask_for_erasure,
        READING,
        answer=DataRightsAnswer,
        status=201,
        problems=(NotFound, RecentSignInRequired),
        description=" ".join(ERASURE.split()),
    ),
    Endpoint(
        "PUT",
        "/v1/me/data-restriction",
        "choose_restriction",
        "Have nobody work with one's data, or take that back",
        choose_restriction,
        READING,
        body=RestrictionChoice,
        answer=DataRightsAnswer,
        problems=(NotFound, RecentSignInRequired),
        description=" ".join(RESTRICTION.split()),
    ),
    Endpoint(
        "POST",
        "/v1/{brand}/staff/people/{id}/data-restriction",
        "restrict_for_person",
        "Restrict somebody's data, or take that back, as the person has asked",
        restrict_for_person,
        BACK_OFFICE,
        body=StaffRestriction,
        answer=DataRightsAnswer,
        problems=(NotFound,),
        description=" ".join(RESTRICTION.split()),
    ),
]

"""/v1/me/beneficiary-requests: where "follow one new beneficiary" begins.

→ `usecases/request_beneficiary.py` → `http/supporting_documents.py` → `http/staff_beneficiary_requests.py`.
"""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from service_kit.http.bodies import RequestBody
from service_kit.http.cursors import LONGEST
from service_kit.http.endpoints import Answer, Call, Endpoint
from service_kit.http.path_ids import id_of
from service_kit.http.problems import InvalidRequest, NotFound, TooManyRequests
from service_kit.personal import Personal

from contracts_service.domain.beneficiary_errors import (
    AlreadyCovered,
    ContractFull,
    ContractNotInForce,
    EmployerManages,
    RequestAlreadyOpen,
    RequestOver,
    TooManyOpenRequests,
)
from contracts_service.domain.beneficiary_rules import Cause, Change
from contracts_service.domain.enrolment_line import Relation
from contracts_service.http.access import CHANGING, READING
from contracts_service.http.shown_beneficiary_requests import RequestAnswer
from contracts_service.resources import Contracts
from contracts_service.usecases.close_request import cancel_beneficiary_request
from contracts_service.usecases.read_beneficiary_requests import list_beneficiary_requests, read_beneficiary_request
from contracts_service.usecases.request_beneficiary import request_beneficiary

DESCRIPTION = """Of an `addition`: `relation`, `first_name` (null for who has none), `last_name` and `birth_date` are needed;
`birth_rank` is 1 unless it is said, `nir` may come later; `effective_date` is the first day of cover, by default today, or the
birth of a newborn child. Of a `removal`: `beneficiary_id` and `effective_date`, the last day of cover, are needed. The answer
names the documents that the brand asks for; once those that are required are there, the request is `submitted` by itself. Members
only: for whom the contract covers beside the member there is nothing here (404)."""


class RequestQuery(BaseModel):
    """Which part of the list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, max_length=LONGEST)


class BeneficiaryRequestBody(RequestBody):
    """Who is to be covered, or no longer; which fields belong to which change is in the operation's description."""

    change: Change
    relation: Relation | None = None
    first_name: Personal | None = None
    last_name: Personal | None = None
    birth_date: Personal | None = None
    birth_rank: int = Field(1, ge=1, le=9)
    nir: Personal | None = None
    beneficiary_id: UUID | None = None
    effective_date: date | None = None
    cause: Cause = "other"


class RequestList(BaseModel):
    """Requests, newest first; `next` is the cursor of those before them."""

    items: list[RequestAnswer]
    next: str | None


async def open_request(call: Call[Contracts]) -> Answer:
    """Open a request of the caller."""
    body: BeneficiaryRequestBody = call.body
    found = await request_beneficiary(call.resources, call.member, body.change, _given(body), now=call.now)
    answer = RequestAnswer.of(found)
    return Answer(answer, status=201, headers={"Location": f"beneficiary-requests/{answer.id}"})


def _given(body: BeneficiaryRequestBody) -> dict[str, Any]:
    """Return the fields that the body names, and only those."""
    return body.model_dump(mode="json", exclude_unset=True, exclude={"change"})


async def list_my_requests(call: Call[Contracts]) -> Answer:
    """Answer a page of the caller's requests."""
    query: RequestQuery = call.query
    cursors = call.resources.foundation.cursors
    scope = f"beneficiary-requests {call.member.brand} {call.member.member_id}"
    before = None if query.cursor is None else cursors.read(query.cursor, scope=scope)
    found = await list_beneficiary_requests(
        call.resources, call.member, before=before, limit=query.limit + 1, now=call.now
    )
    shown = found[: query.limit]
    last = shown[-1].request if len(found) > query.limit else None
    return Answer(
        RequestList(
            items=[RequestAnswer.of(one) for one in shown],
            next=None if last is None else cursors.write((last.created_at, last.id), scope=scope),
        )
    )


async def show_my_request(call: Call[Contracts]) -> Answer:
    """Answer one of the caller's requests."""
    found = await read_beneficiary_request(call.resources, call.member, id_of(call), now=call.now)
    return Answer(RequestAnswer.of(found))


async def cancel_my_request(call: Call[Contracts]) -> Answer:
    """Take one of the caller's requests back."""
    found = await cancel_beneficiary_request(call.resources, call.member, id_of(call), now=call.now)
    return Answer(RequestAnswer.of(found))


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/me/beneficiary-requests",
        "request_beneficiary",
        "Ask for somebody to be covered, or no longer",
        open_request,
        CHANGING,
        body=BeneficiaryRequestBody,
        answer=RequestAnswer,
        status=201,
        problems=(
            NotFound,
            InvalidRequest,
            AlreadyCovered,
            ContractFull,
            ContractNotInForce,
            EmployerManages,
            RequestAlreadyOpen,
            TooManyOpenRequests,
            TooManyRequests,
        ),
        once=True,
        description=" ".join(DESCRIPTION.split()),
    ),
    Endpoint(
        "GET",
        "/v1/me/beneficiary-requests",
        "list_beneficiary_requests",
        "The signed-in member's requests about beneficiaries",
        list_my_requests,
        READING,
        query=RequestQuery,
        answer=RequestList,
        problems=(NotFound,),
    ),
    Endpoint(
        "GET",
        "/v1/me/beneficiary-requests/{id}",
        "show_beneficiary_request",
        "One request about a beneficiary",
        show_my_request,
        READING,
        answer=RequestAnswer,
        problems=(NotFound,),
    ),
    Endpoint(
        "POST",
        "/v1/me/beneficiary-requests/{id}/cancellation",
        "cancel_beneficiary_request",
        "Take back a request that is not decided",
        cancel_my_request,
        CHANGING,
        answer=RequestAnswer,
        problems=(NotFound, RequestOver),
        description="The documents are deleted at once. A second call changes nothing.",
    ),
]

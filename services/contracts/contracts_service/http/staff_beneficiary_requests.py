"""/v1/{brand}/staff/beneficiary-requests: the back office looks at requests and their documents, and decides.

→ `usecases/review_beneficiary_requests.py`, `usecases/decide_beneficiary_request.py` → `usecases/apply_beneficiary_request.py`.
"""

import re
from datetime import date
from typing import Annotated

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError
from service_kit.http.bodies import RequestBody
from service_kit.http.cursors import LONGEST
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.http.path_ids import id_of
from service_kit.http.problems import ChangedMeanwhile, InvalidRequest, NotFound
from service_kit.http.staff_reasons import Reason
from service_kit.personal import Personal
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.beneficiary_errors import RequestIncomplete, RequestOver
from contracts_service.domain.data_rights import DataRestricted
from contracts_service.domain.request_states import State
from contracts_service.domain.supporting_documents import EXTENSIONS
from contracts_service.http.shown_beneficiary_requests import StaffRequestAnswer
from contracts_service.resources import Contracts
from contracts_service.store.request_queues import Queue
from contracts_service.usecases.decide_beneficiary_request import (
    Acceptance,
    Decision,
    Refusal,
    decide_beneficiary_request,
)
from contracts_service.usecases.review_beneficiary_requests import (
    list_requests_of_brand,
    open_supporting_document,
    read_request_of_brand,
)

BACK_OFFICE = Staff(("back-office",))
PATH = "/v1/{brand}/staff/beneficiary-requests"
LONGEST_REASON = 600
SAYS_SOMETHING = r"\S[\s\S]+\S"
# Opened in a browser, the bytes may run nothing and reach nothing, whatever they are.
DOCUMENT_HEADERS = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}
DECIDED_ONCE = """Decided once: the same decision again changes nothing, another one is refused (409). With `version`, a decision
about a request to which the member has sent another document since is refused (412). The documents are deleted with it."""


class QueueQuery(BaseModel):
    """Which requests, and from where on."""

    model_config = ConfigDict(extra="forbid")

    state: State = "submitted"
    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, max_length=LONGEST)


class QueueList(BaseModel):
    """Requests, oldest first; `next` is the cursor of those after them."""

    items: list[StaffRequestAnswer]
    next: str | None


def _check_sentences(reason: Personal) -> Personal:
    if not re.search(SAYS_SOMETHING, reason.reveal()):
        raise PydanticCustomError("too-short", "Le motif doit compter au moins 3 caractères.")
    if len(reason) > LONGEST_REASON:
        raise PydanticCustomError("too-long", "Le motif ne doit pas dépasser 600 caractères.")
    return reason  # the member reads it as it was typed


Sentences = Annotated[
    Personal,
    AfterValidator(_check_sentences),
    WithJsonSchema({"type": "string", "minLength": 3, "maxLength": LONGEST_REASON, "pattern": SAYS_SOMETHING}),
]


class AcceptanceBody(RequestBody):
    """From when on: the first day of cover of who is added, the last one of who is removed. `reason` is for the record."""

    effective_date: date
    reason: Reason
    version: int | None = None


class RefusalBody(RequestBody):
    """Why not, in whole French sentences: the member reads them as they are."""

    reason: Sentences
    version: int | None = None


async def list_requests(call: Call[Contracts]) -> Answer:
    """Answer a page of the brand's requests."""
    query: QueueQuery = call.query
    cursors, scope = call.resources.foundation.cursors, f"staff beneficiary-requests {call.brand} {query.state}"
    after = None if query.cursor is None else cursors.read(query.cursor, scope=scope)
    found = await list_requests_of_brand(
        call.resources, Queue(call.brand, query.state), after=after, limit=query.limit + 1, now=call.now
    )
    shown = found[: query.limit]
    last = shown[-1].request if len(found) > query.limit else None
    return Answer(
        QueueList(
            items=[StaffRequestAnswer.of(one) for one in shown],
            next=None if last is None else cursors.write((last.created_at, last.id), scope=scope),
        )
    )


async def show_request(call: Call[Contracts]) -> Answer:
    """Answer one request."""
    return Answer(
        StaffRequestAnswer.of(await read_request_of_brand(call.resources, id_of(call), brand=call.brand, now=call.now))
    )


async def show_document(call: Call[Contracts]) -> web.Response:
    """Answer a document, to be saved and not shown."""
    kind, act = call.path("kind"), StaffAct(call.brand, call.staff.subject)
    found = await open_supporting_document(call.resources, id_of(call), kind, act=act, now=call.now)
    file_name = f"{kind}.{EXTENSIONS[found.media_type]}"
    return web.Response(
        body=found.content,
        content_type=found.media_type,
        headers={**DOCUMENT_HEADERS, "Content-Disposition": f'attachment; filename="{file_name}"'},
    )


async def accept_request(call: Call[Contracts]) -> Answer:
    """Accept a request."""
    body: AcceptanceBody = call.body
    return await _decide(call, body.reason, Acceptance(body.effective_date), body.version)


async def refuse_request(call: Call[Contracts]) -> Answer:
    """Refuse a request."""
    body: RefusalBody = call.body
    return await _decide(call, body.reason, Refusal(body.reason.reveal()), body.version)


async def _decide(
    call: Call[Contracts], reason: Personal, verdict: Acceptance | Refusal, version: int | None
) -> Answer:
    act = StaffAct(call.brand, call.staff.subject, reason)
    decision = Decision(id_of(call), act, verdict, version)
    return Answer(StaffRequestAnswer.of(await decide_beneficiary_request(call.resources, decision, now=call.now)))


ENDPOINTS = [
    Endpoint(
        "GET",
        PATH,
        "list_requests_of_brand",
        "Requests about beneficiaries, oldest first",
        list_requests,
        BACK_OFFICE,
        query=QueueQuery,
        answer=QueueList,
    ),
    Endpoint(
        "GET",
        PATH + "/{id}",
        "show_request_of_brand",
        "One request and its documents",
        show_request,
        BACK_OFFICE,
        answer=StaffRequestAnswer,
        problems=(NotFound, DataRestricted),
    ),
    Endpoint(
        "GET",
        PATH + "/{id}/supporting-documents/{kind}",
        "show_supporting_document",
        "A supporting document, as we have written it",
        show_document,
        BACK_OFFICE,
        returns="application/octet-stream",
        problems=(NotFound, DataRestricted),
        description="A PDF or a JPEG. Every look is recorded. Gone once the request is decided.",
    ),
    Endpoint(
        "POST",
        PATH + "/{id}/acceptance",
        "accept_beneficiary_request",
        "Accept a request about a beneficiary",
        accept_request,
        BACK_OFFICE,
        body=AcceptanceBody,
        answer=StaffRequestAnswer,
        problems=(NotFound, DataRestricted, InvalidRequest, RequestOver, RequestIncomplete, ChangedMeanwhile),
        description=" ".join(DECIDED_ONCE.split()),
    ),
    Endpoint(
        "POST",
        PATH + "/{id}/refusal",
        "refuse_beneficiary_request",
        "Refuse a request about a beneficiary",
        refuse_request,
        BACK_OFFICE,
        body=RefusalBody,
        answer=StaffRequestAnswer,
        problems=(NotFound, DataRestricted, RequestOver, RequestIncomplete, ChangedMeanwhile),
        description=" ".join(DECIDED_ONCE.split()),
    ),
]

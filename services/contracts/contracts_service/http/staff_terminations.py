"""/v1/{brand}/staff/terminations…: what came by post, by another insurer or without an account, and what was not meant.

→ `usecases/record_termination.py`, `identify_termination.py`, `undo_termination.py`, `read_terminations.py`; each act is a deed.
"""

from datetime import date, datetime
from typing import Literal, get_args
from uuid import UUID

from pydantic import BaseModel
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.http.path_ids import id_of
from service_kit.http.problems import InvalidRequest, NotFound
from service_kit.http.staff_reasons import Reason
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.data_rights import DataRestricted
from contracts_service.domain.termination.entry import Entry, Insurer
from contracts_service.domain.termination.errors import RequestDoesNotApply, TerminationClosed
from contracts_service.domain.termination.explanation import new_cover_from
from contracts_service.domain.termination.motives import StaffChannel
from contracts_service.http.shown_terminations import State, TerminationAnswer, received_answer
from contracts_service.http.termination_bodies import Name, Number, TerminationBody, entry_of
from contracts_service.http.terminations import PageQuery
from contracts_service.resources import Contracts
from contracts_service.store.termination_records import StepRow
from contracts_service.store.terminations import TerminationRow
from contracts_service.usecases.identify_termination import identify_termination
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.read_terminations import list_terminations, view_termination
from contracts_service.usecases.record_termination import Entered, record_termination
from contracts_service.usecases.undo_termination import cancel_termination

STAFF = Staff(("adviser", "back-office"))
STATES = tuple(one for one in get_args(State) if one != "draft")
DESCRIPTION = """`channel` says by which way it came (L221-10-3): a telephone call is none, it asks for a letter.
`received_on` is the day of receipt, the whole of which counts; `sent_on` a postmark, which counts for a denunciation.
What another insurer sends (`replacement_insurer`, R221-6) is presumed received on the day after `sent_on`; it holds
the proof of the member's express request, and its cover begins on `new_cover_from`: no gap, no overlap. `death` needs
a certificate (`proof_seen`). The mutual itself (`mutual`) ends what is `unpaid` only, and only when the formal notice
came 10 days after the due date and 40 days have passed since (L221-7): 409 otherwise."""


class InsurerBody(RequestBody):
    """The insurer that acts for the member."""

    name: Name
    reference: Name | None = None
    express_request: Literal[True]


class StaffTerminationBody(TerminationBody):
    """A request that came otherwise than on line."""

    channel: StaffChannel
    membership_number: Number
    received_on: date | None = None
    sent_on: date | None = None
    due_date: date | None = None
    formal_notice_on: date | None = None
    insurer: InsurerBody | None = None
    proof_seen: bool = False
    reason: Reason


class IdentificationBody(RequestBody):
    """Whose contract it is about; `proof_seen` of what a proof is needed for."""

    membership_number: Number
    proof_seen: bool = False
    reason: Reason


class CancellationBody(RequestBody):
    """Why a termination is undone."""

    reason: Reason


class StatesQuery(PageQuery):
    """Which requests: those in `state`, or all."""

    state: State | None = None


class ListedTermination(BaseModel):
    """A request in the list: nothing that its sender has written."""

    id: UUID
    state: State
    channel: str
    use: str
    received_at: datetime
    recorded_at: datetime
    effective_date: date | None


class ListedTerminations(BaseModel):
    """Requests, newest first."""

    items: list[ListedTermination]
    next: str | None


class StaffTerminationAnswer(BaseModel):
    """A request as it stands; `new_cover_from` is the first day that another insurer covers."""

    termination: TerminationAnswer
    new_cover_from: date | None


class StepAnswer(BaseModel):
    """A step of a request."""

    at: datetime
    kind: str
    done_by: str


class ViewedTermination(StaffTerminationAnswer):
    """A request with what was entered, and every step."""

    entry: Entry
    steps: list[StepAnswer]


async def record(call: Call[Contracts]) -> Answer:
    """Register a request that came otherwise."""
    body: StaffTerminationBody = call.body
    entered = Entered(body.channel, body.received_on, body.membership_number.reveal().strip(), _entry(call, body))
    row, rows = await record_termination(call.resources, _act(call, body.reason), entered, now=call.now)
    return Answer(_answer(call.resources, row, rows), status=201)


async def identify(call: Call[Contracts]) -> Answer:
    """Say whose contract a request is about."""
    body: IdentificationBody = call.body
    whose = (body.membership_number.reveal().strip(), body.proof_seen)
    row, rows = await identify_termination(
        call.resources, _act(call, body.reason), id_of(call), whose=whose, now=call.now
    )
    return Answer(_answer(call.resources, row, rows))


async def cancel(call: Call[Contracts]) -> Answer:
    """Undo a request."""
    body: CancellationBody = call.body
    row, rows = await cancel_termination(call.resources, _act(call, body.reason), id_of(call), now=call.now)
    return Answer(_answer(call.resources, row, rows))


async def view(call: Call[Contracts]) -> Answer:
    """Answer a request with what was entered."""
    act = StaffAct(call.brand, call.staff.subject)
    found = await view_termination(call.resources, act, id_of(call), now=call.now)
    shown = _answer(call.resources, found.row, found.rows)
    return Answer(ViewedTermination(**vars(shown), entry=found.entry, steps=[_step(one) for one in found.steps]))


async def show_all(call: Call[Contracts]) -> Answer:
    """Answer a page of a brand's requests."""
    query: StatesQuery = call.query
    states = list(STATES) if query.state is None else [query.state]
    cursors, scope = call.resources.foundation.cursors, f"staff terminations {call.brand} {query.state}"
    before = None if query.cursor is None else cursors.read(query.cursor, scope=scope)
    found = await list_terminations(call.resources, call.brand, states=states, page=(before, query.limit + 1))
    shown, more = found[: query.limit], len(found) > query.limit
    items = [
        ListedTermination.model_validate({name: getattr(row, name) for name in ListedTermination.model_fields})
        for row in shown
    ]
    last = (shown[-1].received_at, shown[-1].id) if more else None
    return Answer(ListedTerminations(items=items, next=None if last is None else cursors.write(last, scope=scope)))


def _act(call: Call[Contracts], reason: Reason) -> StaffAct:
    return StaffAct(call.brand, call.staff.subject, reason)


def _entry(call: Call[Contracts], body: StaffTerminationBody) -> Entry:
    insurer = body.insurer
    return entry_of(body, nonce=call.resources.entropy.new_token()).model_copy(
        update={
            "sent_on": body.sent_on,
            "due_date": body.due_date,
            "formal_notice_on": body.formal_notice_on,
            "proof_seen": body.proof_seen,
            "insurer": None
            if insurer is None
            else Insurer(
                name=insurer.name.reveal(),
                reference=None if insurer.reference is None else insurer.reference.reveal(),
            ),
        }
    )


def _answer(service: Contracts, row: TerminationRow, rows: MemberRows | None) -> StaffTerminationAnswer:
    shown = received_answer(service, row, None if rows is None else rows.contract)
    end = row.effective_date if row.channel == "replacement_insurer" else None
    return StaffTerminationAnswer(termination=shown, new_cover_from=None if end is None else new_cover_from(end))


def _step(row: StepRow) -> StepAnswer:
    return StepAnswer(at=row.at, kind=row.kind, done_by=row.done_by)


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/{brand}/staff/terminations",
        "record_termination",
        "Register a termination that came by letter, by another insurer, or that the mutual decides",
        record,
        STAFF,
        body=StaffTerminationBody,
        answer=StaffTerminationAnswer,
        status=201,
        problems=(RequestDoesNotApply,),
        once=True,
        description=" ".join(DESCRIPTION.split()),
    ),
    Endpoint(
        "GET",
        "/v1/{brand}/staff/terminations",
        "list_brand_terminations",
        "Terminations of a brand, by state",
        show_all,
        STAFF,
        query=StatesQuery,
        answer=ListedTerminations,
        problems=(InvalidRequest,),
    ),
    Endpoint(
        "GET",
        "/v1/{brand}/staff/terminations/{id}",
        "view_termination",
        "A termination with what its sender has entered: the look is a deed",
        view,
        STAFF,
        answer=ViewedTermination,
        problems=(NotFound, DataRestricted),
    ),
    Endpoint(
        "POST",
        "/v1/{brand}/staff/terminations/{id}/identification",
        "identify_termination",
        "Say whose contract a request is about that came without an account",
        identify,
        STAFF,
        body=IdentificationBody,
        answer=StaffTerminationAnswer,
        problems=(NotFound, TerminationClosed),
        once=True,
    ),
    Endpoint(
        "POST",
        "/v1/{brand}/staff/terminations/{id}/cancellation",
        "cancel_termination",
        "Undo a termination that should not have been",
        cancel,
        STAFF,
        body=CancellationBody,
        answer=StaffTerminationAnswer,
        problems=(NotFound, DataRestricted, TerminationClosed),
        once=True,
    ),
]

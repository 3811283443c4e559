"""/v1/me/terminations…: the member ends the contract: draft, recap, confirmation (L221-10-3, D221-1).

→ `usecases/draft_termination.py`, `confirm_termination.py`, `undo_termination.py`, `read_terminations.py`.
"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from service_kit.http.cursors import LONGEST
from service_kit.http.endpoints import Answer, Call, Endpoint
from service_kit.http.path_ids import id_of
from service_kit.http.preconditions import seen_by
from service_kit.http.problems import (
    ChangedMeanwhile,
    InvalidRequest,
    NotFound,
    PreconditionRequired,
    RecentSignInRequired,
)
from service_kit.http.recent_sign_ins import require_recent_sign_in

from contracts_service.domain.termination.errors import NotContestable, RecapChanged
from contracts_service.http.access import CHANGING, READING
from contracts_service.http.shown_terminations import (
    TerminationAnswer,
    TerminationPage,
    draft_answer,
    received_answer,
)
from contracts_service.http.termination_bodies import (
    ConfirmationBody,
    TerminationBody,
    TerminationPatch,
    change_of,
    entry_of,
)
from contracts_service.resources import Contracts
from contracts_service.usecases.confirm_termination import confirm_termination
from contracts_service.usecases.draft_termination import OwnDraft, draft_termination, edit_termination
from contracts_service.usecases.read_terminations import list_own_terminations, read_own_termination
from contracts_service.usecases.register_termination import open_evidence
from contracts_service.usecases.undo_termination import contest_termination
from contracts_service.usecases.young_address import has_young_address

DRAFTING = """A member has one draft at a time: another POST takes its place, and the former id is gone. It lapses by
itself. `GET …/{id}` shows the recap: everything to verify, and what it comes to if it is confirmed now."""
CONFIRMING = """`recap_digest` is that of the recap that was read: the SHA-256 of the object `recap` as JSON in UTF-8
with sorted keys and no blanks. The instant of this call is the receipt. When what would be done is not what was shown
(the draft was edited, a file came, the day has changed and the last day of cover with it), nothing is registered: 409
`recap-changed` holds `recap`, `recap_digest` and `alternatives` as they are now. Confirming twice is confirming once.
Where the member's e-mail or postal address is new, a recent sign-in is asked for: 403 `recent-sign-in-required`."""


class PageQuery(BaseModel):
    """Which part of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, max_length=LONGEST)


class DraftAnswer(BaseModel):
    """A new draft: nothing of what was entered is repeated here."""

    id: UUID
    state: str
    lapses_at: datetime


async def begin(call: Call[Contracts]) -> Answer:
    """Keep a draft."""
    entry = entry_of(call.body, nonce=call.resources.entropy.new_token())
    draft = await draft_termination(call.resources, call.member, entry, now=call.now)
    answer = DraftAnswer(id=draft.row.id, state="draft", lapses_at=draft.row.lapses_at)
    return Answer(answer, status=201, headers={"Location": f"terminations/{draft.row.id}"})


async def edit(call: Call[Contracts]) -> Answer:
    """Change a draft."""
    change, seen = change_of(call.body), seen_by(call)
    draft = await edit_termination(call.resources, call.member, id_of(call), change, seen=(seen, call.now))
    return with_tag(draft_answer(draft))


async def show(call: Call[Contracts]) -> Answer:
    """Answer a draft's recap, or what became of a request."""
    service = call.resources
    found, rows = await read_own_termination(service, call.member, id_of(call), now=call.now)
    if isinstance(found, OwnDraft):
        return with_tag(draft_answer(found))
    # What somebody else has entered is not the member's to read: only that it came, and what it comes to.
    recap = open_evidence(service, found)[1] if found.channel == "member_online" else None
    return Answer(received_answer(service, found, rows.contract, recap=recap))


async def confirm(call: Call[Contracts]) -> Answer:
    """Receive a draft, now."""
    body: ConfirmationBody = call.body
    if await has_young_address(call.resources, call.member, now=call.now):
        require_recent_sign_in(call, minutes=call.resources.brands[call.member.brand].recent_sign_in_minutes)
    row, rows = await confirm_termination(
        call.resources, call.member, id_of(call), recap_digest=body.recap_digest, now=call.now
    )
    return Answer(received_answer(call.resources, row, rows.contract))


async def contest(call: Call[Contracts]) -> Answer:
    """Undo a termination that the caller has not asked for."""
    row, rows = await contest_termination(call.resources, call.member, id_of(call), now=call.now)
    return Answer(received_answer(call.resources, row, rows.contract))


async def show_all(call: Call[Contracts]) -> Answer:
    """Answer a page of requests about the caller's contract."""
    query: PageQuery = call.query
    cursors, scope = call.resources.foundation.cursors, f"terminations {call.brand} {call.member.member_id}"
    before = None if query.cursor is None else cursors.read(query.cursor, scope=scope)
    found, rows = await list_own_terminations(call.resources, call.member, page=(before, query.limit + 1), now=call.now)
    shown = found[: query.limit]
    more = len(found) > query.limit
    return Answer(
        TerminationPage(
            items=[received_answer(call.resources, row, rows.contract) for row in shown],
            next=cursors.write((shown[-1].received_at, shown[-1].id), scope=scope) if more else None,
        )
    )


def with_tag(answer: TerminationAnswer) -> Answer:
    """Return a draft with the tag that an edit names: the digest of what is shown."""
    return Answer(answer, headers={"ETag": f'"{answer.recap_digest}"'})


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/me/terminations",
        "draft_termination",
        "Begin to end the contract, or to withdraw from it",
        begin,
        CHANGING,
        body=TerminationBody,
        answer=DraftAnswer,
        status=201,
        problems=(NotFound,),
        once=True,
        description=" ".join(DRAFTING.split()),
    ),
    Endpoint(
        "GET",
        "/v1/me/terminations",
        "list_terminations",
        "Requests to end the contract that were received",
        show_all,
        READING,
        query=PageQuery,
        answer=TerminationPage,
        problems=(NotFound, InvalidRequest),
    ),
    Endpoint(
        "GET",
        "/v1/me/terminations/{id}",
        "show_termination",
        "A draft with everything to verify, or what became of a request",
        show,
        READING,
        answer=TerminationAnswer,
        problems=(NotFound,),
    ),
    Endpoint(
        "PATCH",
        "/v1/me/terminations/{id}",
        "edit_termination",
        "Change a draft",
        edit,
        CHANGING,
        body=TerminationPatch,
        answer=TerminationAnswer,
        problems=(NotFound, PreconditionRequired, ChangedMeanwhile),
        conditional=True,
    ),
    Endpoint(
        "POST",
        "/v1/me/terminations/{id}/confirmation",
        "confirm_termination",
        "Confirm a draft: this instant is the receipt",
        confirm,
        CHANGING,
        body=ConfirmationBody,
        answer=TerminationAnswer,
        problems=(NotFound, RecapChanged, RecentSignInRequired),
        once=True,
        description=" ".join(CONFIRMING.split()),
    ),
    Endpoint(
        "POST",
        "/v1/me/terminations/{id}/contestation",
        "contest_termination",
        "Undo a termination that the member has not asked for",
        contest,
        READING,
        answer=TerminationAnswer,
        problems=(NotFound, NotContestable),
    ),
]

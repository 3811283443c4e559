"""/v1/{brand}/terminations…: the same without an account, for whoever can or will not sign in.

→ `usecases/limit_public_calls.py` → `usecases/public_termination.py`; who it is, is found out behind the answer.
"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from service_kit.http.endpoints import Answer, Call, Endpoint, Public
from service_kit.http.path_ids import id_of
from service_kit.http.preconditions import seen_by
from service_kit.http.problems import ChangedMeanwhile, NotFound, PreconditionRequired, TooManyRequests

from contracts_service.domain.termination.errors import RecapChanged
from contracts_service.domain.termination.motives import Use
from contracts_service.domain.termination.recap import Recap
from contracts_service.http.termination_bodies import (
    ConfirmationBody,
    PublicTerminationBody,
    PublicTerminationPatch,
    change_of,
    entry_of,
)
from contracts_service.resources import Contracts
from contracts_service.usecases.draft_termination import OwnDraft
from contracts_service.usecases.limit_public_calls import limit_public_calls
from contracts_service.usecases.public_termination import (
    Opening,
    PublicReceipt,
    confirm_public_termination,
    draft_public_termination,
    edit_public_termination,
    show_public_termination,
)

SECRET = "Termination-Secret"  # noqa: S105 - the header's name
LONGEST_SECRET = 100
HEADERS = {SECRET: "the `secret` of the answer to the POST"}
DESCRIPTION = """The answer is the same whether anybody has the number or not, and takes the same time. Its `secret`
opens the request from now on, in the header `Termination-Secret`; it is shown once, so a repeated POST is another
request and no Idempotency-Key is taken. A draft lapses after a day. Calls are counted by network (429)."""
RECEIVING = """The instant of this call is the receipt. Who is recognised by name and number gets the notice of
termination where the brand reaches them already, never at an address that was typed here; whoever is not is looked
for by an adviser."""


class PublicAnswer(BaseModel):
    """A draft with everything to verify, or that it was received and when."""

    id: UUID
    state: str
    use: Use | None = None
    secret: str | None = None
    lapses_at: datetime | None = None
    recap: Recap | None = None
    recap_digest: str
    received_at: datetime | None = None
    acknowledgement: str


async def begin(call: Call[Contracts]) -> Answer:
    """Keep a draft of somebody without an account."""
    await _limit(call)
    entry = entry_of(call.body, nonce=call.resources.entropy.new_token())
    draft, secret = await draft_public_termination(call.resources, call.brand, entry, now=call.now)
    answer = _draft(draft).model_copy(update={"secret": secret})
    return Answer(answer, status=201, headers={**_tag(draft), "Location": f"terminations/{draft.row.id}"})


async def edit(call: Call[Contracts]) -> Answer:
    """Change a draft."""
    change, seen, opening = change_of(call.body), seen_by(call), _opening(call)
    await _limit(call)
    draft = await edit_public_termination(call.resources, opening, change, seen=(seen, call.now))
    return Answer(_draft(draft), headers=_tag(draft))


async def show(call: Call[Contracts]) -> Answer:
    """Answer a draft, or that it was received."""
    found = await show_public_termination(call.resources, _opening(call), now=call.now)
    if isinstance(found, OwnDraft):
        return Answer(_draft(found), headers=_tag(found))
    return Answer(_receipt(call, found))


async def confirm(call: Call[Contracts]) -> Answer:
    """Receive a draft, now."""
    body: ConfirmationBody = call.body
    opening = _opening(call)
    await _limit(call)
    receipt = await confirm_public_termination(call.resources, opening, recap_digest=body.recap_digest, now=call.now)
    return Answer(_receipt(call, receipt))


async def _limit(call: Call[Contracts]) -> None:
    await limit_public_calls(call.resources, call.brand, call.client_address, now=call.now)


def _opening(call: Call[Contracts]) -> Opening:
    """Return what opens a request; raise NotFound without a secret, as for a wrong one."""
    secret = call.request.headers.get(SECRET, "")
    if not (0 < len(secret) <= LONGEST_SECRET and secret.isascii()):
        raise NotFound
    return Opening(call.brand, id_of(call), secret)


def _draft(draft: OwnDraft) -> PublicAnswer:
    recap = draft.preview.recap
    return PublicAnswer(
        id=draft.row.id,
        state="draft",
        use=draft.entry.use,
        lapses_at=draft.row.lapses_at,
        recap=recap,
        recap_digest=recap.digest.hex(),
        acknowledgement=recap.acknowledgement,
    )


def _receipt(call: Call[Contracts], receipt: PublicReceipt) -> PublicAnswer:
    texts = call.resources.termination_texts[call.brand]
    return PublicAnswer(
        id=receipt.id,
        state="received",
        recap_digest=receipt.recap_digest.hex(),
        received_at=receipt.received_at,
        acknowledgement=texts.say(texts.texts.acknowledgement.anybody),
    )


def _tag(draft: OwnDraft) -> dict[str, str]:
    return {"ETag": f'"{draft.preview.recap.digest.hex()}"'}


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/{brand}/terminations",
        "draft_public_termination",
        "Begin to end a contract without an account",
        begin,
        Public(),
        body=PublicTerminationBody,
        answer=PublicAnswer,
        status=201,
        problems=(TooManyRequests,),
        description=" ".join(DESCRIPTION.split()),
    ),
    Endpoint(
        "GET",
        "/v1/{brand}/terminations/{id}",
        "show_public_termination",
        "A draft without an account, or that it was received",
        show,
        Public(),
        answer=PublicAnswer,
        problems=(NotFound,),
        headers=HEADERS,
    ),
    Endpoint(
        "PATCH",
        "/v1/{brand}/terminations/{id}",
        "edit_public_termination",
        "Change a draft without an account",
        edit,
        Public(),
        body=PublicTerminationPatch,
        answer=PublicAnswer,
        problems=(NotFound, PreconditionRequired, ChangedMeanwhile, TooManyRequests),
        conditional=True,
        headers=HEADERS,
    ),
    Endpoint(
        "POST",
        "/v1/{brand}/terminations/{id}/confirmation",
        "confirm_public_termination",
        "Confirm a draft without an account: this instant is the receipt",
        confirm,
        Public(),
        body=ConfirmationBody,
        answer=PublicAnswer,
        problems=(NotFound, RecapChanged, TooManyRequests),
        headers=HEADERS,
        description=" ".join(RECEIVING.split()),
    ),
]

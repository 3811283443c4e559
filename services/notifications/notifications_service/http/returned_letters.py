"""POST /v1/letters/{id}/returned: the print operator has a letter that the post brought back. → `usecases/note_returned.py`."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint
from service_kit.http.path_ids import id_of
from service_kit.http.problems import NotFound

from notifications_service.domain.errors import LetterNotHandedOver
from notifications_service.domain.print_notes import ReturnedNote, ReturnReason
from notifications_service.http.instants import Instant
from notifications_service.http.print_batches import PRINT_OPERATORS, act_of
from notifications_service.resources import Notifications
from notifications_service.usecases.note_returned import note_returned


class LetterCameBack(RequestBody):
    """Why the post brought it back, and when (now by default)."""

    reason: ReturnReason
    returned_at: Instant | None = None


class ReturnedLetter(BaseModel):
    """What is noted of it: where it was told twice, what was told first."""

    id: UUID
    state: Literal["returned"] = "returned"
    reason: ReturnReason
    returned_at: datetime


async def return_letter(call: Call[Notifications]) -> Answer:
    """Note that a letter came back."""
    body: LetterCameBack = call.body
    note = ReturnedNote(letter_id=id_of(call), brand=call.brand, reason=body.reason, returned_at=body.returned_at)
    returned = await note_returned(call.resources, note, act=act_of(call), now=call.now)
    return Answer(ReturnedLetter.model_validate({"id": note.letter_id, **vars(returned)}))


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/letters/{id}/returned",
        "note_returned_letter",
        "Tell that a letter came back, and why",
        return_letter,
        PRINT_OPERATORS,
        body=LetterCameBack,
        answer=ReturnedLetter,
        problems=(NotFound, LetterNotHandedOver),
        description="Where the address is at fault no further letter goes there until the member has another one. "
        "Told again it changes nothing.",
    )
]

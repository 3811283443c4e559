"""POST /v1/{brand}/imports and GET …/{id}: where "follow one import" begins.

→ `usecases/receive_import.py` (the upload) → `usecases/process_imports.py` (chunks, here or in the background) →
`usecases/save_members.py` → outbox.
"""

from contextlib import aclosing
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from service_kit.http.bodies import stream_parts
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.http.idempotency import key_of
from service_kit.http.problems import NotFound

from contracts_service.domain.import_states import FINISHED, ImportKind, ImportState
from contracts_service.resources import Contracts
from contracts_service.usecases.process_imports import process_within
from contracts_service.usecases.read_import import Report, read_import
from contracts_service.usecases.receive_import import Sender, receive_import

# The last one is what a client that names no type is taken to send (RFC 9110 § 8.3).
LINE_TYPES = (
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/json-lines",
    "application/octet-stream",
)
BACK_OFFICE = Staff(("back-office",))
DESCRIPTION = """The body is NDJSON: one JSON object a line, in UTF-8, each of 256 KiB at most. It is read as a stream.
Blank lines are skipped; an empty file is an import of nothing. Every line is accepted, unchanged or refused by itself,
with its number and all its fields at fault; a line that says what is known already changes and publishes nothing, and of
two lines about one member the later one stays. A short import is done within the call (200); a long one is answered with
202 and its id, and goes on in the background. An upload that breaks off stores nothing. Files of one brand are processed in
the order of their arrival. `kind` is `members` so far; `contributions` and `reimbursements` will follow."""


class ImportQuery(BaseModel):
    """What the lines are about."""

    model_config = ConfigDict(extra="forbid")

    kind: ImportKind


class FieldAnswer(BaseModel):
    """What is wrong with one field of a line; `line` is the field of a problem of the whole line."""

    field: str
    code: str
    detail: str


class LineAnswer(BaseModel):
    """A refused line, numbered as an editor does."""

    line: int
    fields: list[FieldAnswer]


class ImportAnswer(BaseModel):
    """Where an import stands; counts of lines. The first 10,000 refusals are told, `errors_truncated` says if that is all."""

    id: UUID
    kind: ImportKind
    state: ImportState
    lines: int
    accepted: int
    unchanged: int
    refused: int
    errors: list[LineAnswer]
    errors_truncated: bool
    begun_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, report: Report) -> "ImportAnswer":
        """Return the answer that tells `report`."""
        columns = {name: value for name, value in vars(report.progress).items() if name in cls.model_fields}
        errors = [{"line": line, "fields": fields} for line, fields in report.errors]
        truncated = report.progress.refused > len(errors)
        return cls.model_validate({**columns, "errors": errors, "errors_truncated": truncated})


async def take_import(call: Call[Contracts]) -> Answer:
    """Take a file and process it, or as much of it as the call has time for."""
    service, settings = call.resources, call.resources.settings
    sender = Sender(brand=call.brand, subject=call.staff.subject, kind=call.query.kind, key=key_of(call.request))
    limit, idle = settings.import_max_bytes, settings.import_idle_seconds
    async with aclosing(stream_parts(call.request, limit=limit, idle_seconds=idle)) as parts:
        import_id = await receive_import(service, sender, parts, now=call.now)
    await process_within(service, import_id, seconds=settings.import_call_seconds)
    answer = ImportAnswer.of(await read_import(service, import_id, brand=call.brand))
    if answer.state in FINISHED:
        return Answer(answer)
    return Answer(answer, status=202, headers={"Location": f"imports/{import_id}"})


async def show_import(call: Call[Contracts]) -> Answer:
    """Answer where an import stands."""
    try:
        import_id = UUID(call.path("id"))
    except ValueError:
        raise NotFound from None
    return Answer(ImportAnswer.of(await read_import(call.resources, import_id, brand=call.brand)))


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/{brand}/imports",
        "take_import",
        "Import members from a file of lines",
        take_import,
        BACK_OFFICE,
        query=ImportQuery,
        streams=LINE_TYPES,
        answer=ImportAnswer,
        other_statuses=(202,),
        once=True,
        description=" ".join(DESCRIPTION.split()),
    ),
    Endpoint(
        "GET",
        "/v1/{brand}/imports/{id}",
        "show_import",
        "Where an import stands",
        show_import,
        BACK_OFFICE,
        answer=ImportAnswer,
        problems=(NotFound,),
    ),
]

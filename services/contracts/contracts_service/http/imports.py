"""POST /v1/{brand}/imports, GET …/{id} and the list: where "follow one import" begins.

→ `usecases/receive_import.py` (the upload) → `usecases/process_imports.py` (chunks, here or in the background) →
`usecases/import_kinds.py` (the kind's reader and saver) → outbox. `import_reports.py` has the report to download.
"""

from contextlib import aclosing

from pydantic import BaseModel, ConfigDict, Field
from service_kit.http.bodies import stream_parts
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.http.idempotency import key_of
from service_kit.http.path_ids import id_of
from service_kit.http.problems import InvalidRequest, NotFound

from contracts_service.domain.import_errors import WrongBrand
from contracts_service.domain.import_states import FINISHED, ImportKind
from contracts_service.http.import_answers import ImportAnswer, ImportProgress
from contracts_service.resources import Contracts
from contracts_service.usecases.process_imports import process_within
from contracts_service.usecases.read_import import list_imports, read_import
from contracts_service.usecases.receive_import import Sender, receive_import

CSV = "text/csv"
# The last one is what a client that names no type is taken to send (RFC 9110 § 8.3).
LINE_TYPES = (
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/json-lines",
    CSV,
    "application/octet-stream",
)
BACK_OFFICE = Staff(("back-office",))
DESCRIPTION = """The body is NDJSON, one JSON object a line, or CSV (`text/csv`): a header of column names, `;` or `,` between
them, quotes as in RFC 4180. The columns are the dotted paths of the JSON fields (`contract.product`,
`beneficiary.birth_date`); members of a list are numbered from 0 (`beneficiaries.0.last_name`,
`contract.guarantees.1.code`); an empty cell is null. Amounts are written 26.50 and dates 2026-12-31: nothing
else is guessed. UTF-8, 256 KiB a line at most, read as a stream; a CSV line has the number of the line on
which it begins. Blank lines are skipped; an empty file is an import of nothing. Every line is accepted,
unchanged or refused by itself, with its number and all its fields at fault; a line that says what is known
already changes and publishes nothing. A file whose members are another brand's is refused as a whole. A short
import is done within the call (200); a long one is answered with 202 and its id, and goes on in the
background (`Prefer: respond-async`, RFC 7240, asks for that at once). An upload that breaks off stores
nothing. Files of one brand are processed in the order of their arrival. The fields of each kind are in
docs/imports.md."""


class ImportQuery(BaseModel):
    """What the lines are about."""

    model_config = ConfigDict(extra="forbid")

    kind: ImportKind


class PageQuery(BaseModel):
    """How many imports, and from where on."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, max_length=500)


class ImportPage(BaseModel):
    """Imports, newest first; `next` is the cursor of those before them."""

    items: list[ImportProgress]
    next: str | None


async def take_import(call: Call[Contracts]) -> Answer:
    """Take a file and process it, or as much of it as the call has time for."""
    service, settings, request = call.resources, call.resources.settings, call.request
    sender = Sender(
        brand=call.brand,
        subject=call.staff.subject,
        kind=call.query.kind,
        is_csv=request.content_type == CSV,
        key=key_of(request),
    )
    limit, idle = settings.import_max_bytes, settings.import_idle_seconds
    async with aclosing(stream_parts(request, limit=limit, idle_seconds=idle)) as parts:
        import_id = await receive_import(service, sender, parts, now=call.now)
    seconds = 0.0 if "respond-async" in request.headers.get("Prefer", "") else settings.import_call_seconds
    await process_within(service, import_id, seconds=seconds)
    now = service.foundation.clock.now()
    answer = ImportAnswer.told(await read_import(service, import_id, brand=call.brand), now=now)
    if answer.failure == "wrong-brand":
        raise WrongBrand
    if answer.state in FINISHED:
        return Answer(answer)
    return Answer(answer, status=202, headers={"Location": f"imports/{import_id}"})


async def show_import(call: Call[Contracts]) -> Answer:
    """Answer where an import stands."""
    found = await read_import(call.resources, id_of(call), brand=call.brand)
    return Answer(ImportAnswer.told(found, now=call.now))


async def show_imports(call: Call[Contracts]) -> Answer:
    """Answer a page of the brand's imports."""
    query: PageQuery = call.query
    cursors, scope = call.resources.foundation.cursors, f"imports {call.brand}"
    before = None if query.cursor is None else cursors.read(query.cursor, scope=scope)
    found = await list_imports(call.resources, brand=call.brand, before=before, limit=query.limit + 1)
    shown, last = found[: query.limit], found[query.limit - 1] if len(found) > query.limit else None
    return Answer(
        ImportPage(
            items=[ImportProgress.of(one, now=call.now) for one in shown],
            next=None if last is None else cursors.write((last.begun_at, last.id), scope=scope),
        )
    )


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/{brand}/imports",
        "take_import",
        "Import a file of lines: members, contributions or reimbursements",
        take_import,
        BACK_OFFICE,
        query=ImportQuery,
        streams=LINE_TYPES,
        answer=ImportAnswer,
        other_statuses=(202,),
        problems=(InvalidRequest, WrongBrand),
        once=True,
        description=" ".join(DESCRIPTION.split()),
    ),
    Endpoint(
        "GET",
        "/v1/{brand}/imports",
        "list_imports",
        "The brand's imports, newest first",
        show_imports,
        BACK_OFFICE,
        query=PageQuery,
        answer=ImportPage,
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

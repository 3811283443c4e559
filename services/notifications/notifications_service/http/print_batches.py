"""/v1/print-batches…: the print operator sees the brand's batches, fetches one, and tells that it was posted.

The path names no brand: it is the staff token's own. → `usecases/list_print_batches.py`, `fetch_archive.py`, `note_posted.py`.
"""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

import structlog
from aiohttp import hdrs, web
from pydantic import BaseModel, Field
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.http.path_ids import id_of
from service_kit.http.problems import NotFound
from service_kit.staff_deeds import StaffAct

from notifications_service.channels.batch_archive import CONTENT_TYPE
from notifications_service.domain.errors import BatchGone, BatchNotHandedOver
from notifications_service.domain.print_notes import PostedNote
from notifications_service.http.instants import Instant
from notifications_service.http.shown_deliveries import PageQuery
from notifications_service.resources import Notifications
from notifications_service.store.listed_batches import State, Wanted
from notifications_service.usecases.fetch_archive import Archive, fetch_archive
from notifications_service.usecases.list_print_batches import BatchAndManifest, list_print_batches
from notifications_service.usecases.note_posted import note_posted

PRINT_OPERATORS = Staff(("print-operator",))
MOST_LETTERS = 1000  # told at once; a whole batch needs no list
STALL_SECONDS = 60.0  # who takes nothing of an archive for so long is cut off

log = structlog.get_logger()


class BatchesQuery(PageQuery):
    """Which batches, and from where on."""

    state: State | None = None


class PrintBatch(BaseModel):
    """A batch: `posted` when each of its letters was posted or came back, and `posted_at` when the last one was."""

    id: UUID
    brand: str
    state: State
    created_at: datetime
    letters: int
    letters_posted: int
    handed_over_at: datetime | None
    posted_at: datetime | None
    manifest_sha256: str | None = Field(description="of the manifest as it is now; null where no folder is there")
    promised_until: datetime | None = Field(description="the earliest end of the promise to hand a letter over")

    @classmethod
    def of(cls, found: BatchAndManifest) -> "PrintBatch":
        """Return how a batch is shown."""
        return cls(**vars(found.batch), manifest_sha256=found.manifest_sha256)


class PrintBatchPage(BaseModel):
    """Batches, newest first; `next` is the cursor of those before them."""

    items: list[PrintBatch]
    next: str | None


class PostedLetters(RequestBody):
    """When they were posted (now by default), and which letters of the batch (all by default)."""

    posted_at: Instant | None = None
    letters: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=MOST_LETTERS)] | None = None


class PostedBatch(BaseModel):
    """What is known to be posted of a batch."""

    id: UUID
    state: State
    letters: int
    letters_posted: int
    posted_at: datetime | None


def act_of(call: Call[Notifications]) -> StaffAct:
    """Return who acts, for which brand."""
    return StaffAct(call.brand, call.staff.subject)


async def list_batches(call: Call[Notifications]) -> Answer:
    """Answer a page of the brand's batches."""
    query: BatchesQuery = call.query
    cursors, scope = call.resources.foundation.cursors, f"print-batches {call.brand} {query.state or ''}"
    before = None if query.cursor is None else cursors.read(query.cursor, scope=scope)
    wanted = Wanted(brand=call.brand, state=query.state, before=before, limit=query.limit + 1)
    found = await list_print_batches(call.resources, wanted)
    shown, more = found[: query.limit], len(found) > query.limit
    last = shown[-1].batch if more else None
    return Answer(
        PrintBatchPage(
            items=[PrintBatch.of(one) for one in shown],
            next=None if last is None else cursors.write((last.created_at, last.id), scope=scope),
        )
    )


async def download_archive(call: Call[Notifications]) -> web.StreamResponse:
    """Answer the archive of a batch, part by part."""
    wants_content = call.request.method != hdrs.METH_HEAD
    archive = await fetch_archive(call.resources, id_of(call), act=act_of(call), recorded=wants_content, now=call.now)
    headers = {
        hdrs.CONTENT_TYPE: CONTENT_TYPE,
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{archive.name}.zip"',
    }
    if not wants_content:
        return web.Response(headers=headers)
    response = web.StreamResponse(headers=headers)
    await response.prepare(call.request)
    return await _sent(call.request, response, archive)


async def _sent(request: web.Request, response: web.StreamResponse, archive: Archive) -> web.StreamResponse:
    try:
        while part := await asyncio.to_thread(_next, archive.parts):
            async with asyncio.timeout(STALL_SECONDS):
                await response.write(part)
        await response.write_eof()
    except (OSError, TimeoutError) as error:
        # The head has been sent: all that can still be said is that this is not the whole.
        log.warning("archive_broken_off", error=type(error).__name__)
        if request.transport is not None:
            request.transport.abort()
    return response


def _next(parts: Iterator[bytes]) -> bytes:
    return next(parts, b"")


async def post_batch(call: Call[Notifications]) -> Answer:
    """Note that a batch was posted, or some of its letters."""
    body: PostedLetters = call.body
    note = PostedNote(batch_id=id_of(call), brand=call.brand, posted_at=body.posted_at, letters=body.letters)
    batch = await note_posted(call.resources, note, act=act_of(call), now=call.now)
    return Answer(PostedBatch.model_validate(batch, from_attributes=True))


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/print-batches",
        "list_print_batches",
        "The batches of letters of the print operator's brand",
        list_batches,
        PRINT_OPERATORS,
        query=BatchesQuery,
        answer=PrintBatchPage,
    ),
    Endpoint(
        "GET",
        "/v1/print-batches/{id}/archive",
        "download_print_batch",
        "The PDFs of a batch that are still to be printed, and its manifest",
        download_archive,
        PRINT_OPERATORS,
        returns=CONTENT_TYPE,
        problems=(NotFound, BatchNotHandedOver, BatchGone),
        description="A ZIP file, streamed: one that breaks off lacks its end. Each download is remembered with who made it.",
    ),
    Endpoint(
        "POST",
        "/v1/print-batches/{id}/posted",
        "note_posted_batch",
        "Tell that a batch, or some of its letters, was posted",
        post_batch,
        PRINT_OPERATORS,
        body=PostedLetters,
        answer=PostedBatch,
        problems=(NotFound, BatchNotHandedOver),
        description="Told again it changes nothing; parts of a batch add up. What was posted is wiped from the folder.",
    ),
]

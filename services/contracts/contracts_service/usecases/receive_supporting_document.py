"""A member sends a document that a request needs: read within limits, cleaned by a process of its own, sealed, kept.

Reads and writes beneficiary_requests; writes supporting_documents and the outbox. With the last document that is required the
request is submitted, and beneficiary.requested published. Nothing is kept of a file that is refused or breaks off.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog
from service_kit.access_tokens import MemberPrincipal
from service_kit.database import Connection
from service_kit.http.problems import BodyTruncated, NotFound
from service_kit.problems import FieldProblem

from contracts_service.domain.beneficiary_errors import RequestOver, SupportingDocumentRefused, TooManyUploads
from contracts_service.domain.document_refusals import SENTENCES, DocumentRefused
from contracts_service.domain.request_states import OPEN
from contracts_service.domain.supporting_documents import KINDS
from contracts_service.resources import Contracts
from contracts_service.security.document_cleaner import CleanDocument
from contracts_service.store import beneficiary_requests, supporting_documents
from contracts_service.store.beneficiary_requests import BeneficiaryRequest
from contracts_service.store.supporting_documents import SupportingDocument
from contracts_service.usecases.read_beneficiary_requests import WholeRequest, whole
from contracts_service.usecases.recognise_member import recognise_member
from contracts_service.usecases.request_events import tell_submission

MOST_UPLOADS = 60  # for one request, good and bad
UNSEATED_BYTES = 64 * 1024  # of each person's upload may wait in memory before it takes a seat

log = structlog.get_logger()


@dataclass(frozen=True)
class Place:
    """Where a document goes: whose request, and which of the kinds that it asks for."""

    caller: MemberPrincipal
    request_id: UUID
    kind: str


async def receive_supporting_document(
    service: Contracts, place: Place, parts: AsyncIterator[bytes], *, now: datetime
) -> WholeRequest:
    """Keep the document that `parts` bring, in the place of the one of its kind; return the request as it is then.

    Raises NotFound, RequestOver, TooManyUploads, BodyTooLarge, BodyTruncated, SupportingDocumentRefused, and while too much is
    sent at a time or a day TooManyRequests or TemporarilyUnavailable. Whoever may not send anything is told before the file is
    read, or after its first 64 KiB: until then an upload takes nobody's place, and counts as none.
    """
    person_id = place.caller.member_id
    with service.upload_seats.awaited_by(person_id) as take_seat:

        async def begin() -> None:
            take_seat()
            service.daily_uploads.count_seat(person_id, now=now)
            await _count(service, place)

        service.daily_uploads.check_day(person_id, now=now)
        async with service.database.transaction() as connection:
            await _open_request(connection, place, now=now)
        document = await _cleaned(service, await _read(service, parts, begin))
        request = await _keep(service, place, document)
    service.foundation.wake.call()
    return request


async def _count(service: Contracts, place: Place) -> None:
    async with service.database.transaction() as connection:
        if await beneficiary_requests.count_upload(connection, place.request_id) > MOST_UPLOADS:
            raise TooManyUploads


async def _open_request(connection: Connection, place: Place, *, now: datetime) -> BeneficiaryRequest:
    """Return the request, locked; it is open, and asks for a document of this kind."""
    viewer = await recognise_member(connection, place.caller, now=now)
    found = await beneficiary_requests.find_of_member(
        connection, place.request_id, member_id=viewer.member_id, lock=True
    )
    if found is None or place.kind not in [one["kind"] for one in found.asked]:
        raise NotFound
    if found.state not in OPEN:
        raise RequestOver
    return found


async def _read(service: Contracts, parts: AsyncIterator[bytes], begin: Callable[[], Awaitable[None]]) -> bytes:
    """Read all of `parts`, as fast as the settings ask for; `begin` when there is enough of it to be in others' way."""
    settings, read = service.settings, bytearray()
    started, begun = asyncio.get_running_loop().time(), False

    def deadline() -> float:
        paced = settings.document_upload_grace_seconds + len(read) / settings.document_upload_bytes_a_second
        return started + min(settings.document_upload_seconds, paced)

    try:
        async with asyncio.timeout_at(deadline()) as limit:
            async for part in parts:
                read += part
                limit.reschedule(deadline())
                if not begun and len(read) >= UNSEATED_BYTES:
                    await begin()
                    begun = True
    except TimeoutError:
        raise BodyTruncated from None
    if not begun:
        await begin()
    return bytes(read)


async def _cleaned(service: Contracts, raw: bytes) -> CleanDocument:
    try:
        return await service.cleaner.clean(raw)
    except DocumentRefused as refused:
        log.info("document_refused", reason=refused.code, size=len(raw))
        raise SupportingDocumentRefused(
            fields=(FieldProblem("document", refused.code, SENTENCES[refused.code]),)
        ) from None


async def _keep(service: Contracts, place: Place, clean: CleanDocument) -> WholeRequest:
    row, sealed = await asyncio.to_thread(_sealed, service, place, clean)
    async with service.database.transaction() as connection:
        request = await _open_request(connection, place, now=row.received_at)  # it may be over by now
        await supporting_documents.put(connection, row, content_sealed=sealed)
        request = await _advance(service, connection, request, now=row.received_at)
        (found,) = await whole(service, connection, [request])
    return found


def _sealed(service: Contracts, place: Place, clean: CleanDocument) -> tuple[SupportingDocument, bytes]:
    document_id = service.entropy.new_id()
    row = SupportingDocument(
        id=document_id,
        request_id=place.request_id,
        kind=next(kind for kind in KINDS if kind == place.kind),
        media_type=clean.media_type,
        size=len(clean.content),
        sha256=hashlib.sha256(clean.content).digest(),
        received_at=service.foundation.clock.now(),
        verdict=None,
        deleted_at=None,
    )
    return row, service.seals.supporting_document.seal(clean.content, context=str(document_id))


async def _advance(
    service: Contracts, connection: Connection, request: BeneficiaryRequest, *, now: datetime
) -> BeneficiaryRequest:
    """Note that a document has come; submit the request with the last one that is required."""
    documents = (await supporting_documents.of_requests(connection, [request.id]))[request.id]
    complete = all(one["kind"] in documents for one in request.asked if one["required"])
    submitted = complete and request.state == "awaiting_documents"
    changed = replace(request, version=request.version + 1)
    if submitted:
        changed = replace(changed, state="submitted", submitted_at=now)
        await tell_submission(service, connection, changed, now=now)
    await beneficiary_requests.save(connection, changed)
    return changed

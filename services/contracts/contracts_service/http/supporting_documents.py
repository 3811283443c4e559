"""PUT …/supporting-documents/{kind}: the raw bytes of a document, whose kind nobody is believed about.

→ `usecases/receive_supporting_document.py` → `security/document_cleaner.py` → `security/cleaning_process.py`.
"""

from contextlib import aclosing

from service_kit.http.bodies import stream_parts
from service_kit.http.endpoints import Answer, Call, Endpoint
from service_kit.http.path_ids import id_of
from service_kit.http.problems import NotFound, TooManyRequests

from contracts_service.domain.beneficiary_errors import RequestOver, SupportingDocumentRefused, TooManyUploads
from contracts_service.domain.supporting_documents import MOST_BYTES
from contracts_service.http.access import CHANGING
from contracts_service.http.shown_beneficiary_requests import RequestAnswer
from contracts_service.resources import Contracts
from contracts_service.usecases.receive_supporting_document import Place, receive_supporting_document

# What a client may call it; what it is, its bytes say. The last one is what a client that names no type is taken to send.
DOCUMENT_TYPES = (
    "application/pdf",
    "image/jpeg",
    "image/png",
    "image/heic",
    "image/heif",
    "application/octet-stream",
)
DESCRIPTION = """The body is the file: a PDF of 50 pages at most, or a photo (JPEG, PNG, HEIC), of 10 MiB at most. `kind` is one
of those that the request asks for. What is kept is written anew from it, without scripts, links, attachments, forms, metadata
or the place where a photo was taken; photos become JPEG. It is deleted when the request is decided, taken back, or too old. A
file that is refused says why in `fields`, with a sentence for the member. A second file of the same kind takes the place of the
first, until the request is decided."""


async def put_document(call: Call[Contracts]) -> Answer:
    """Keep a document for one of the caller's requests."""
    place = Place(call.member, id_of(call), call.path("kind"))
    idle = call.resources.settings.document_idle_seconds
    async with aclosing(stream_parts(call.request, limit=MOST_BYTES, idle_seconds=idle)) as parts:
        found = await receive_supporting_document(call.resources, place, parts, now=call.now)
    return Answer(RequestAnswer.of(found))


ENDPOINTS = [
    Endpoint(
        "PUT",
        "/v1/me/beneficiary-requests/{id}/supporting-documents/{kind}",
        "put_supporting_document",
        "Send a document that a request asks for",
        put_document,
        CHANGING,
        streams=DOCUMENT_TYPES,
        answer=RequestAnswer,
        problems=(NotFound, RequestOver, SupportingDocumentRefused, TooManyRequests, TooManyUploads),
        description=" ".join(DESCRIPTION.split()),
    )
]

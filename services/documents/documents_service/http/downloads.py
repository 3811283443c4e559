"""GET /v1/me/documents/{id}: the PDF, whole or one range of it, or nothing new (RFC 9110 § 13 and § 14)."""

import unicodedata
from urllib.parse import quote
from uuid import UUID

import structlog
from aiohttp import hdrs, web
from service_kit.http.endpoints import Call, Endpoint, SignedIn
from service_kit.http.problems import NotFound

from documents_service.domain.byte_ranges import parse_range
from documents_service.domain.documents import Document, Holder
from documents_service.domain.errors import DocumentUnavailable, RangeNotSatisfiable
from documents_service.resources import Documents
from documents_service.usecases.fetch_document import find_document, read_document

log = structlog.get_logger()


async def download_document(call: Call[Documents]) -> web.StreamResponse:
    """Answer the bytes as they were issued, if the document is the caller's."""
    member, request = call.member, call.request
    document_id, holder = _document_id(call.path("id")), Holder(member.brand, member.member_id)
    document = await find_document(call.resources, document_id, holder=holder)
    if document is None:
        raise NotFound
    if _is_known(request, document):
        return web.Response(status=304, headers={hdrs.ETAG: _etag(document)})
    wanted = parse_range(_range_header(request, document), size=document.size)
    content = await read_document(call.resources, document)
    log.info("document_downloaded", document_id=str(document.id), account_id=str(member.account_id), part=bool(wanted))
    if wanted is None:
        return _pdf(document, content)
    part = content[wanted.first : wanted.last + 1]
    return _pdf(document, part, status=206, extra={hdrs.CONTENT_RANGE: wanted.content_range(document.size)})


def _document_id(text: str) -> UUID:
    try:
        document_id = UUID(text)
    except ValueError:
        raise NotFound from None
    if str(document_id) != text.lower():  # UUID() also takes braces and urn:uuid:; one document has one address
        raise NotFound
    return document_id


def _etag(document: Document) -> str:
    return f'"{document.sha256.hex()}"'


def _is_known(request: web.Request, document: Document) -> bool:
    """Compare If-None-Match weakly, as RFC 9110 § 13.1.2 says."""
    known = {one.value for one in request.if_none_match or ()}
    return bool(known & {"*", document.sha256.hex()})


def _range_header(request: web.Request, document: Document) -> str | None:
    """Return the Range header, unless If-Range names another representation; there are no dates here that could match."""
    if request.headers.get(hdrs.IF_RANGE, _etag(document)) != _etag(document):
        return None
    return request.headers.get(hdrs.RANGE)


def _pdf(document: Document, content: bytes, *, status: int = 200, extra: dict[str, str] | None = None) -> web.Response:
    headers = {
        hdrs.ETAG: _etag(document),
        hdrs.ACCEPT_RANGES: "bytes",
        hdrs.CONTENT_DISPOSITION: content_disposition(document.file_name),
    }
    return web.Response(status=status, body=content, content_type="application/pdf", headers=headers | (extra or {}))


def content_disposition(file_name: str) -> str:
    """Return the header that saves a download as `file_name` (RFC 6266), with an ASCII name for old programs."""
    plain = unicodedata.normalize("NFKD", file_name.replace("–", "-").replace("’", "'"))
    ascii_name = "".join(c for c in plain if c.isascii() and c.isprintable() and c not in '"\\%')
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(file_name, safe='')}"


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/me/documents/{id}",
        "download_document",
        "A document as PDF",
        download_document,
        SignedIn(),
        returns="application/pdf",
        other_statuses=(206,),
        problems=(NotFound, RangeNotSatisfiable, DocumentUnavailable),
        description="Honours If-None-Match (304), Range with one range of bytes (206, 416) and If-Range; the ETag is strong. "
        "An unknown id, a malformed one and somebody else's are one answer: 404 not-found.",
    )
]

"""GET /v1/me/documents: what a signed-in member can download, newest first."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from service_kit.clock import civil_date
from service_kit.http.cursors import LONGEST
from service_kit.http.endpoints import Answer, Call, Endpoint, SignedIn

from documents_service.domain.documents import Document, DocumentKind, Holder, State
from documents_service.resources import Documents
from documents_service.usecases.list_documents import list_documents


class DocumentsQuery(BaseModel):
    """Which documents, and from where on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: DocumentKind | None = None
    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, max_length=LONGEST)


class DocumentItem(BaseModel):
    """A document in the list; `title` is French, `valid_until` is the last day, `size` is in bytes.

    `cancelled` (« annulé ») is the notice of a termination that was undone: it can still be downloaded, and does not hold.
    """

    id: UUID
    kind: DocumentKind
    title: str
    state: State
    issued_at: datetime
    valid_from: date
    valid_until: date
    size: int
    file_name: str


class DocumentList(BaseModel):
    """A page of documents; `next` is the cursor of the following page."""

    items: list[DocumentItem]
    next: str | None


async def show_documents(call: Call[Documents]) -> Answer:
    """Answer one page of the caller's own documents."""
    query: DocumentsQuery = call.query
    holder = Holder(call.member.brand, call.member.member_id)
    scope = f"{holder.brand}/{holder.member_id}/{query.kind or ''}"
    cursors, today = call.resources.foundation.cursors, civil_date(call.now)
    after = None if query.cursor is None else cursors.read(query.cursor, scope=scope)
    page = await list_documents(call.resources, holder, kind=query.kind, after=after, limit=query.limit)
    return Answer(
        DocumentList(
            items=[_item(document, today) for document in page.documents],
            next=None if page.next is None else cursors.write(page.next, scope=scope),
        )
    )


def _item(document: Document, today: date) -> DocumentItem:
    return DocumentItem(
        id=document.id,
        kind=document.kind,
        title=document.title,
        state=document.state_on(today),
        issued_at=document.issued_at,
        valid_from=document.valid_from,
        valid_until=document.valid_until,
        size=document.size,
        file_name=document.file_name,
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "/v1/me/documents",
        "show_documents",
        "The documents of the signed-in member",
        show_documents,
        SignedIn(),
        query=DocumentsQuery,
        answer=DocumentList,
    )
]

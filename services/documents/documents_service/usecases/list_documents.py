"""The documents of a signed-in member, newest first. Reads documents."""

from dataclasses import dataclass

from service_kit.http.cursors import Position

from documents_service.domain.documents import Document, DocumentKind, Holder
from documents_service.resources import Documents
from documents_service.store import documents as documents_store


@dataclass(frozen=True)
class Page:
    """Some documents, and the position of the last one where more follow."""

    documents: list[Document]
    next: Position | None


async def list_documents(
    documents: Documents, holder: Holder, *, kind: DocumentKind | None, after: Position | None, limit: int
) -> Page:
    """Return up to `limit` documents of `holder`, of one kind or of all, behind the position `after`."""
    async with documents.database.connection() as connection:
        found = await documents_store.page_of(connection, holder, kind=kind, after=after, limit=limit + 1)
    page = found[:limit]
    return Page(page, (page[-1].issued_at, page[-1].id) if len(found) > limit else None)

"""One document of a signed-in member, and its bytes. Reads documents and the storage."""

from uuid import UUID

import structlog

from documents_service.domain.documents import Document, Holder
from documents_service.domain.errors import DocumentUnavailable
from documents_service.metrics import UNAVAILABLE
from documents_service.resources import Documents
from documents_service.storage.objects import ObjectUnusable
from documents_service.store import documents as documents_store

log = structlog.get_logger()


async def find_document(documents: Documents, document_id: UUID, *, holder: Holder) -> Document | None:
    """Return the document if it is the holder's; None for an unknown one and for somebody else's alike."""
    async with documents.database.connection() as connection:
        return await documents_store.find(connection, document_id, holder=holder)


async def read_document(documents: Documents, document: Document) -> bytes:
    """Return the bytes as they were issued; raise DocumentUnavailable, and the alarm, when they are not there any more."""
    try:
        return await documents.vault.get(document.storage_key, sha256=document.sha256)
    except ObjectUnusable as error:
        UNAVAILABLE.labels(error.reason).inc()
        log.critical("document_unusable", document_id=str(document.id), reason=error.reason)
        raise DocumentUnavailable from None

"""A document is there, or must be brought again: said in an event. Writes the outbox, in the caller's transaction.

Of a kind that must reach the person (`rendering/kinds.py`) the event brings the stored bytes, sealed: services never call each
other, and what is sent must be what is stored (code de la mutualité, L221-6-4: identical reproduction).
"""

import base64
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from service_kit.database import Connection

from documents_service.domain.documents import Document
from documents_service.events import DocumentIssued
from documents_service.rendering.kinds import DRAWN
from documents_service.rendering.press import DocumentContent
from documents_service.resources import Documents

ISSUED_FIRST, BROUGHT_AGAIN = 1, 2  # the versions of what is told of a document


@dataclass(frozen=True)
class Drawn:
    """A document, what it says, and its bytes."""

    document: Document
    content: DocumentContent
    pdf: bytes


async def tell_document(documents: Documents, connection: Connection, drawn: Drawn, *, replaces: UUID | None) -> None:
    """Publish that a document was issued; `replaces` is the one whose place it takes."""
    brought = _brought(drawn.document, drawn.pdf, drawn.content.told()) if DRAWN[drawn.document.kind].is_brought else {}
    await _publish(documents, connection, drawn.document, version=ISSUED_FIRST, more={"replaces": replaces, **brought})


async def tell_again(
    documents: Documents, connection: Connection, document: Document, *, pdf: bytes, told_sealed: bytes
) -> None:
    """Publish a document that is brought to the person once more, with the bytes that are stored."""
    told = json.loads(documents.told.open(told_sealed, context=str(document.id)))
    await _publish(documents, connection, document, version=BROUGHT_AGAIN, more=_brought(document, pdf, told))


def seal_told(documents: Documents, drawn: Drawn) -> bytes | None:
    """Return what is kept of what goes with the bytes, to tell it again; None for a document that is not brought."""
    if not DRAWN[drawn.document.kind].is_brought:
        return None
    return documents.told.seal(json.dumps(drawn.content.told(), default=str).encode(), context=str(drawn.document.id))


def _brought(document: Document, pdf: bytes, told: dict[str, Any]) -> dict[str, Any]:
    return {"file_name": document.file_name, "pdf": base64.b64encode(pdf).decode(), **told}


async def _publish(
    documents: Documents, connection: Connection, document: Document, *, version: int, more: dict[str, Any]
) -> None:
    event = DocumentIssued.model_validate(
        {
            "version": version,
            "document_id": document.id,
            "member_id": document.member_id,
            "brand": document.brand,
            "kind": document.kind,
            "issued_at": document.issued_at,
            "valid_from": document.valid_from,
            "valid_until": document.valid_until,
            **more,
        }
    )
    event_id, now = documents.foundation.entropy.new_id(), documents.foundation.clock.now()
    await documents.foundation.outbox.append(connection, event, event_id=event_id, occurred_at=now)

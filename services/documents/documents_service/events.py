"""What documents publishes: that there is a document, never what it says."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from service_kit.events import Event

from documents_service.domain.documents import DocumentKind


class DocumentIssued(Event):
    """A member has a new document: notifications announces those that the brand wants announced."""

    event_type: ClassVar[str] = "document.issued.v1"
    aggregate: ClassVar[str] = "document_id"

    document_id: UUID
    member_id: UUID
    brand: str
    kind: DocumentKind
    issued_at: datetime
    valid_from: date
    valid_until: date  # its last day
    replaces: UUID | None = None  # the document whose place it takes

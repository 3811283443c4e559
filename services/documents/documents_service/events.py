"""What documents publishes: that there is a document; and, of one that must reach the person, what it says, sealed."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from service_kit.events import Event, Sealed

from documents_service.domain.documents import LONGEST_BROUGHT, DocumentKind


class NotedTermination(BaseModel):
    """The termination that a notice is about; `effective_date` is the last day of cover."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    termination_id: UUID
    received_at: datetime
    effective_date: date
    use: Literal["termination", "withdrawal"] = "termination"


class DocumentIssued(Event):
    """A member has a new document: notifications announces those that the brand wants announced.

    One that must reach the person on a durable medium (code de la mutualité, L221-6-4) comes with its bytes: notifications sends
    these, by mail or by post. Such a document may be told again, in a higher version, where its mail has come back.
    """

    event_type: ClassVar[str] = "document.issued.v1"
    aggregate: ClassVar[str] = "document_id"
    recipients: ClassVar[tuple[str, ...]] = ("notifications",)

    document_id: UUID
    member_id: UUID
    brand: str
    kind: DocumentKind
    issued_at: datetime
    valid_from: date
    valid_until: date  # its last day
    replaces: UUID | None = None  # the document whose place it takes
    file_name: str | None = None  # of one that comes with its bytes
    termination: NotedTermination | None = None
    pdf: Annotated[str | None, Field(max_length=4 * (LONGEST_BROUGHT // 3 + 1)), Sealed] = None  # Base64 (RFC 4648 § 4)
    # The address block that its first page shows in the window, line by line; null where the address cannot be printed.
    address_lines: Annotated[list[str] | None, Sealed] = None

"""A document was issued: the member is told by mail, if the brand announces it and the member has not declined.

Reads declined_announcements and recipients; writes deliveries, in the consumer's transaction.
"""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field
from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.problems import FinalEventError
from service_kit.subscriptions import Reader

from notifications_service.domain.message_content import PdfBytes
from notifications_service.resources import Notifications
from notifications_service.store import declined_announcements
from notifications_service.usecases.keep_recipient import known_email
from notifications_service.usecases.plan_message import MemberEvent
from notifications_service.usecases.plan_notice import plan_notice


class NotedTermination(Reader):
    """The termination that a notice is about."""

    termination_id: UUID | None = None
    received_at: datetime
    effective_date: date
    use: str = "termination"


class IssuedDocument(MemberEvent):
    """What notifications reads of a new document."""

    document_id: UUID
    kind: str
    replaces: UUID | None = None
    file_name: str | None = None
    termination: NotedTermination | None = None
    pdf: PdfBytes | None = Field(default=None, repr=False)
    address_lines: tuple[Personal, ...] | None = None


async def announce_document(notifications: Notifications, connection: Connection, document: IssuedDocument) -> None:
    """Plan the announcement; raise FinalEventError for an unknown brand."""
    brand = notifications.brands.get(document.brand)
    if brand is None:
        raise FinalEventError
    if not brand.announces(document.kind, is_first=document.replaces is None):
        return
    if await declined_announcements.covers(connection, document.brand, document.member_id):
        return
    to = await known_email(notifications, connection, document.brand, document.member_id)
    await plan_notice(notifications, connection, "document_available", document, to=to)

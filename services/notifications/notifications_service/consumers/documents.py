"""Hears document.issued from documents: the member is told of what the brand announces."""

from uuid import UUID

from service_kit.database import Connection
from service_kit.problems import FinalEventError
from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import by_notice, telling
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent

EVENTS = ("document.issued.v1",)


class IssuedDocument(MemberEvent):
    """What notifications reads of a new document."""

    document_id: UUID
    kind: str
    replaces: UUID | None = None


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription."""
    return [telling(notifications, event, IssuedDocument, _announce) for event in EVENTS]


async def _announce(notifications: Notifications, connection: Connection, document: IssuedDocument) -> None:
    brand = notifications.brands.get(document.brand)
    if brand is None:
        raise FinalEventError
    if brand.announces(document.kind, is_first=document.replaces is None):
        await by_notice("document_available")(notifications, connection, document)

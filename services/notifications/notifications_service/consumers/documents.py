"""Hears document.issued from documents: the member is told of what the brand announces, and gets what comes with its bytes."""

from service_kit.database import Connection
from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import telling
from notifications_service.resources import Notifications
from notifications_service.usecases.announce_document import IssuedDocument, announce_document
from notifications_service.usecases.bring_document import bring_document

EVENTS = ("document.issued.v1",)


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription."""
    return [telling(notifications, event, IssuedDocument, _tell) for event in EVENTS]


async def _tell(notifications: Notifications, connection: Connection, document: IssuedDocument) -> None:
    tell = announce_document if document.pdf is None else bring_document
    await tell(notifications, connection, document)

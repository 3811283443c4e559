"""Hears document.issued from documents: the member is told of what the brand announces."""

from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import telling
from notifications_service.resources import Notifications
from notifications_service.usecases.announce_document import IssuedDocument, announce_document

EVENTS = ("document.issued.v1",)


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription."""
    return [telling(notifications, event, IssuedDocument, announce_document) for event in EVENTS]

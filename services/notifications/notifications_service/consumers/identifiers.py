"""Hears identifier.looked-up from identity: an address was shown to somebody, which that address is told."""

from datetime import datetime
from uuid import UUID

from service_kit.personal import Personal
from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import by_mail, telling
from notifications_service.resources import Notifications
from notifications_service.usecases.plan_message import MemberEvent

EVENTS = ("identifier.looked-up.v1",)


class LookedUpIdentifier(MemberEvent):
    """What notifications reads of an address that was shown."""

    lookup_id: UUID
    looked_up_at: datetime
    email: Personal


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscription."""
    return [telling(notifications, event, LookedUpIdentifier, by_mail("identifier_looked_up")) for event in EVENTS]

"""Hears contact-details.changed and email-check.requested from contracts: how a person is reached has changed, or is in doubt."""

from datetime import date, datetime
from uuid import UUID

from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.subscriptions import Subscription

from notifications_service.consumers.telling import by_mail, telling
from notifications_service.domain.recipient import RecipientAddress
from notifications_service.resources import Notifications
from notifications_service.usecases.keep_recipient import known_email
from notifications_service.usecases.plan_message import MemberEvent
from notifications_service.usecases.plan_notice import plan_notice

EVENTS = ("contact-details.changed.v1", "email-check.requested.v1")


class ChangedContactDetails(MemberEvent):
    """What notifications reads of changed contact details; by post where the e-mail address is too new to be believed."""

    change_id: UUID
    changed_at: datetime
    changed: tuple[str, ...]
    by_post: bool = False
    former_address: RecipientAddress | None = None


class RequestedEmailCheck(MemberEvent):
    """What notifications reads of the yearly question about an address."""

    check_id: UUID
    reply_by: date
    email: Personal


def subscriptions(notifications: Notifications) -> list[Subscription]:
    """Return the subscriptions."""
    changed, checked = EVENTS
    return [
        telling(notifications, changed, ChangedContactDetails, _tell),
        telling(notifications, checked, RequestedEmailCheck, by_mail("email_check")),
    ]


async def _tell(notifications: Notifications, connection: Connection, change: ChangedContactDetails) -> None:
    known = None if change.by_post else await known_email(notifications, connection, change.brand, change.member_id)
    await plan_notice(notifications, connection, "contact_details_changed", change, to=known)

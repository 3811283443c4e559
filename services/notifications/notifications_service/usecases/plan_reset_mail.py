"""A new password was asked for: a mail is due. Writes deliveries, in the consumer's transaction."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.problems import FinalEventError
from service_kit.subscriptions import Reader
from service_kit.tracing import current_traceparent

from notifications_service.channels.email_message import message_id_of
from notifications_service.domain.mail_address import masked
from notifications_service.domain.mail_course import MAIL_MARGIN, give_up_at
from notifications_service.resources import Notifications
from notifications_service.store import deliveries
from notifications_service.store.deliveries import NewDelivery

PURPOSE = "password_reset"


class ResetRequest(Reader):
    """What notifications reads of a reset: the token and the address arrive sealed and are stored sealed."""

    reset_id: UUID
    member_id: UUID
    brand: str
    expires_at: datetime
    email: Personal
    token: Personal


class ResetMailContent(BaseModel):
    """What is sealed until the mail has gone: where the mail goes, and the token in its link."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    email: Personal
    token: Personal


async def plan_reset_mail(
    notifications: Notifications, connection: Connection, request: ResetRequest, *, now: datetime
) -> None:
    """Plan the mail; a request that is already planned is left as it is. Raises FinalEventError for an unknown brand."""
    if request.brand not in notifications.brands:
        raise FinalEventError
    delivery_id = notifications.foundation.entropy.new_id()
    content = request.model_dump_json(include=set(ResetMailContent.model_fields)).encode()
    await deliveries.plan(
        connection,
        NewDelivery(
            id=delivery_id,
            brand=request.brand,
            purpose=PURPOSE,
            channel="email",
            member_id=request.member_id,
            cause=request.reset_id,
            created_at=now,
            expires_at=request.expires_at,
            give_up_at=give_up_at(now, request.expires_at, margin=MAIL_MARGIN),
            message_id=message_id_of(delivery_id, notifications.brands[request.brand].message_id_domain),
            masked_address=masked(request.email.reveal()),
            content_sealed=notifications.contents.seal(content, context=str(delivery_id)),
            traceparent=current_traceparent(),
        ),
    )

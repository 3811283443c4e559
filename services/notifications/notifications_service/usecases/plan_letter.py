"""A code must reach a member by post: a letter is due. Writes deliveries, in the consumer's transaction."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from service_kit.database import Connection
from service_kit.personal import Personal
from service_kit.problems import FinalEventError
from service_kit.subscriptions import Reader
from service_kit.tracing import current_traceparent

from notifications_service.domain.mail_course import LETTER_MARGIN, give_up_at
from notifications_service.resources import Notifications
from notifications_service.store import deliveries
from notifications_service.store.deliveries import NewDelivery


class RequiredLetter(Reader):
    """What notifications reads of a letter to print: the code arrives sealed and is stored sealed."""

    letter_id: UUID
    member_id: UUID
    brand: str
    purpose: Literal["posted_code"]
    expires_at: datetime
    code: Personal


class LetterSecret(BaseModel):
    """What is sealed until the letter is in a batch: the code. Where it goes is looked up then."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    code: Personal


async def plan_letter(
    notifications: Notifications, connection: Connection, letter: RequiredLetter, *, now: datetime
) -> None:
    """Plan the letter; one that is already planned is left as it is. Raises FinalEventError for an unknown brand."""
    if letter.brand not in notifications.brands:
        raise FinalEventError
    delivery_id = notifications.foundation.entropy.new_id()
    content = letter.model_dump_json(include=set(LetterSecret.model_fields)).encode()
    await deliveries.plan(
        connection,
        NewDelivery(
            id=delivery_id,
            brand=letter.brand,
            purpose=letter.purpose,
            channel="letter",
            member_id=letter.member_id,
            cause=letter.letter_id,
            created_at=now,
            expires_at=letter.expires_at,
            give_up_at=give_up_at(now, letter.expires_at, margin=LETTER_MARGIN),
            message_id=None,
            masked_address=None,
            content_sealed=notifications.contents.seal(content, context=str(delivery_id)),
            traceparent=current_traceparent(),
        ),
    )

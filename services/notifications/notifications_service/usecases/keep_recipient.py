"""A member was enrolled or changed: we know whom to write to, and where. Writes recipients, in the consumer's transaction."""

from datetime import datetime
from uuid import UUID

import structlog
from pydantic import ValidationError
from service_kit.database import Connection
from service_kit.key_rings import KeyRingUnusable
from service_kit.personal import Personal
from service_kit.subscriptions import Reader

from notifications_service.domain.recipient import Recipient
from notifications_service.resources import Notifications
from notifications_service.store import recipients

log = structlog.get_logger()


class MemberState(Recipient, Reader):
    """What notifications reads of a member; the personal fields arrive sealed and are stored sealed."""

    version: int
    member_id: UUID
    brand: str


async def keep_recipient(
    notifications: Notifications, connection: Connection, member: MemberState, *, now: datetime
) -> None:
    """Keep the member's state when `member.version` is newer than what is kept."""
    person = member.model_dump_json(include=set(Recipient.model_fields)).encode()
    await recipients.save(
        connection,
        member.brand,
        member.member_id,
        version=member.version,
        person_sealed=notifications.persons.seal(person, context=str(member.member_id)),
        now=now,
    )


def open_recipient(notifications: Notifications, member_id: UUID, person_sealed: bytes) -> Recipient:
    """Return a kept recipient; raise KeyRingUnusable when the value does not open."""
    return Recipient.model_validate_json(notifications.persons.open(person_sealed, context=str(member_id)))


async def known_email(
    notifications: Notifications, connection: Connection, brand: str, member_id: UUID
) -> Personal | None:
    """Return the e-mail address that contracts knows of the member; None, too, while it cannot be read."""
    sealed = await recipients.find(connection, brand, member_id)
    if sealed is None:
        return None
    try:
        return open_recipient(notifications, member_id, sealed).email
    except (KeyRingUnusable, ValidationError) as error:  # the letter waits until it can be read
        log.error("recipient_not_readable", member_id=str(member_id), error=type(error).__name__)
        return None

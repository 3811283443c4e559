"""A member was enrolled or changed, or somebody is known apart from one: we know whom to write to, and where.

Writes recipients, in the consumer's transaction.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

import structlog
from pydantic import ValidationError
from service_kit.database import Connection
from service_kit.key_rings import KeyRingUnusable
from service_kit.personal import Personal
from service_kit.subscriptions import Reader

from notifications_service.domain.recipient import Recipient, RecipientAddress
from notifications_service.resources import Notifications
from notifications_service.store import recipients, removals
from notifications_service.store.recipients import KeptRecipient

log = structlog.get_logger()


class MemberState(Recipient, Reader):
    """What notifications reads of a member; the personal fields arrive sealed and are stored sealed."""

    version: int
    member_id: UUID
    brand: str
    delivery_preference: Literal["electronic", "paper"] = "electronic"

    @property
    def wants_paper(self) -> bool:
        """Tell whether what the law wants on a durable medium goes by post (code de la mutualité, L221-6-5)."""
        return self.delivery_preference == "paper"

    @property
    def person_id(self) -> UUID:
        """Return the id by which the person is told of anything."""
        return self.member_id

    def kept(self) -> bytes:
        """Return what is kept, to be sealed."""
        return self.model_dump_json(include=set(Recipient.model_fields)).encode()


class AutonomousBeneficiary(Reader):
    """What notifications reads of somebody who is known apart from a member: no title is known, the address is the contract's."""

    version: int
    beneficiary_id: UUID
    brand: str
    last_name: Personal
    first_name: Personal | None = None
    email: Personal | None = None
    address: RecipientAddress
    delivery_preference: Literal["electronic", "paper"] = "electronic"

    @property
    def wants_paper(self) -> bool:
        """Tell whether this person, whatever the member's choice, is told on paper (code de la mutualité, L221-6-5)."""
        return self.delivery_preference == "paper"

    @property
    def person_id(self) -> UUID:
        """Return the id by which the person is told of anything."""
        return self.beneficiary_id

    def kept(self) -> bytes:
        """Return what is kept, to be sealed."""
        recipient = Recipient(
            last_name=self.last_name, first_name=self.first_name, email=self.email, address=self.address
        )
        return recipient.model_dump_json().encode()


async def keep_recipient(
    notifications: Notifications, connection: Connection, person: MemberState | AutonomousBeneficiary, *, now: datetime
) -> None:
    """Keep the person's state when `person.version` is newer than what is kept; nothing of who has left."""
    if await removals.has_left(connection, brand=person.brand, member_id=person.person_id, version=person.version):
        return
    await recipients.save(
        connection,
        person.brand,
        person.person_id,
        KeptRecipient(
            version=person.version,
            person_sealed=notifications.persons.seal(person.kept(), context=str(person.person_id)),
            wants_paper=person.wants_paper,
        ),
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

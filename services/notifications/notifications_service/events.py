"""What notifications publishes: what became of a message, never to whom it went nor what it said."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from service_kit.events import Event


class DeliveryFailed(Event):
    """A message is over and has reached nobody: identity sends a letter instead of a mail whose address does not exist.

    One that may have arrived, and a letter that was not needed any more, are no failures.
    """

    event_type: ClassVar[str] = "delivery.failed.v1"
    aggregate: ClassVar[str] = "delivery_id"

    delivery_id: UUID
    member_id: UUID
    brand: str
    purpose: str
    channel: Literal["email", "letter"]
    cause: UUID  # of the request that the message was for: reset_id, letter_id, activation_id …
    failure: str  # a stable code, such as no-such-address or gave-up
    hard: bool  # an e-mail address at which nothing will ever arrive; false where only this message failed
    failed_at: datetime
    # What may help: address, mailbox (it stayed full), policy, expired, undelivered, postal-address, content.
    failure_class: str | None = None
    # The mail was for the address that contracts had told of the member, as far as it was heard: contracts doubts that one then.
    at_known_address: bool = False


class LetterReturned(Event):
    """The post has brought a letter back: what was printed in it lies with whoever opens it, so identity cancels its code."""

    event_type: ClassVar[str] = "letter.returned.v1"
    aggregate: ClassVar[str] = "delivery_id"

    delivery_id: UUID
    member_id: UUID
    brand: str
    purpose: str
    cause: UUID  # of the request that the letter was for: of a posted code its letter_id
    reason: Literal["unknown-address", "moved", "refused", "unclaimed", "incomplete-address", "other"]
    returned_at: datetime

"""What identity publishes."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from service_kit.events import Event, Sealed


class ResetRequested(Event):
    """A member asked for a new password and has a known e-mail address: notifications mails the link."""

    event_type: ClassVar[str] = "reset.requested.v1"
    aggregate: ClassVar[str] = "account_id"
    recipients: ClassVar[tuple[str, ...]] = ("notifications",)

    reset_id: UUID
    account_id: UUID
    member_id: UUID
    brand: str
    expires_at: datetime
    email: Annotated[str, Sealed]
    token: Annotated[str, Sealed]


class LetterRequired(Event):
    """A one-time code must reach a member by post: notifications prints it and hands it to the print provider."""

    event_type: ClassVar[str] = "letter.required.v1"
    aggregate: ClassVar[str] = "account_id"
    recipients: ClassVar[tuple[str, ...]] = ("notifications",)

    letter_id: UUID
    account_id: UUID
    member_id: UUID
    brand: str
    purpose: Literal["posted_code"]
    expires_at: datetime
    code: Annotated[str, Sealed]


class PostedCodeRedeemed(Event):
    """A posted code has served: notifications removes the letter that it is printed in."""

    event_type: ClassVar[str] = "posted-code.redeemed.v1"
    aggregate: ClassVar[str] = "account_id"

    letter_id: UUID  # of the letter.required that the code left in
    account_id: UUID
    member_id: UUID
    brand: str

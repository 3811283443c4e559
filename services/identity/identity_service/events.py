"""What identity publishes. Whoever must be told is told by notifications; contracts learns the addresses that members chose."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from service_kit.events import Event, Sealed

PasswordWay = Literal["mailed_link", "posted_code", "statement_identifier", "account"]


class AccountEvent(Event):
    """What every event about an account says: whose it is."""

    aggregate: ClassVar[str] = "account_id"

    account_id: UUID
    member_id: UUID
    brand: str


class ResetRequested(AccountEvent):
    """A member asked for a new password and has a known e-mail address: notifications mails the link."""

    event_type: ClassVar[str] = "reset.requested.v1"
    recipients: ClassVar[tuple[str, ...]] = ("notifications",)

    reset_id: UUID
    expires_at: datetime
    email: Annotated[str, Sealed]
    token: Annotated[str, Sealed]


class LetterRequired(AccountEvent):
    """A one-time code must reach a member by post: notifications prints it and hands it to the print provider."""

    event_type: ClassVar[str] = "letter.required.v1"
    recipients: ClassVar[tuple[str, ...]] = ("notifications",)

    letter_id: UUID
    purpose: Literal["posted_code"]
    expires_at: datetime
    code: Annotated[str, Sealed]


class PostedCodeRedeemed(AccountEvent):
    """A posted code has served: notifications removes the letter that it is printed in."""

    event_type: ClassVar[str] = "posted-code.redeemed.v1"

    letter_id: UUID  # of the letter.required that the code left in


class PostedCodeUnneeded(AccountEvent):
    """A posted code is not needed any more: notifications stops its letter if that has not left.

    Its member has signed in since; without `signed_in_at` it was cancelled, and opens nothing.
    """

    event_type: ClassVar[str] = "posted-code.unneeded.v1"

    letter_id: UUID  # of the letter.required that the code was to leave in
    signed_in_at: datetime | None = None


class ActivationRequested(AccountEvent):
    """A member without a known address creates the access with one of their own: notifications mails the activation link.

    Without a token the address already opens another access: the mail says so, and to sign in with that one. With `notice`
    the member is also told through what the mutual knew before, since whoever holds two numbers may have asked.
    """

    event_type: ClassVar[str] = "activation.requested.v1"
    recipients: ClassVar[tuple[str, ...]] = ("notifications",)

    activation_id: UUID
    requested_at: datetime
    expires_at: datetime
    notice: bool
    email: Annotated[str, Sealed]
    token: Annotated[str | None, Sealed] = None


class AccountCreated(AccountEvent):
    """An access exists: by itself on the effective date (`automatic`: a welcome mail with a link), or activated by the member.

    Contracts keeps the address that came with an activation.
    """

    event_type: ClassVar[str] = "account.created.v1"
    recipients: ClassVar[tuple[str, ...]] = ("notifications", "contracts")

    creation_id: UUID
    created_at: datetime
    origin: Literal["automatic", "member"]
    expires_at: datetime | None = None  # of the welcome link
    email: Annotated[str, Sealed]
    token: Annotated[str | None, Sealed] = None


class PasswordChanged(AccountEvent):
    """A password was chosen: notifications tells the member, by mail where an address is known, and by post if `by_post`.

    `passkeys` says how many open the account as before: who did not choose the password should look at them.
    """

    event_type: ClassVar[str] = "password.changed.v1"
    recipients: ClassVar[tuple[str, ...]] = ("notifications",)

    change_id: UUID
    changed_at: datetime
    way: PasswordWay
    by_post: bool
    passkeys: int = 0
    email: Annotated[str | None, Sealed] = None


class EmailChangeRequested(AccountEvent):
    """A signed-in member wants another address: notifications mails a code to it."""

    event_type: ClassVar[str] = "email-change.requested.v1"
    recipients: ClassVar[tuple[str, ...]] = ("notifications",)

    change_id: UUID
    expires_at: datetime
    email: Annotated[str, Sealed]
    code: Annotated[str, Sealed]


class EmailChanged(AccountEvent):
    """An address was replaced, or put back (`undone`): notifications tells the former one, contracts keeps the present one.

    The former address gets a link that undoes the change until `undo_until`.
    """

    event_type: ClassVar[str] = "email.changed.v1"
    recipients: ClassVar[tuple[str, ...]] = ("notifications", "contracts")

    change_id: UUID
    changed_at: datetime
    origin: Literal["member", "undone"]
    undo_until: datetime | None = None
    email: Annotated[str | None, Sealed] = None
    former_email: Annotated[str | None, Sealed] = None
    undo_token: Annotated[str | None, Sealed] = None


class IdentifierLookedUp(AccountEvent):
    """The address of an account was shown to somebody who knew three facts: it is told to that address."""

    event_type: ClassVar[str] = "identifier.looked-up.v1"
    recipients: ClassVar[tuple[str, ...]] = ("notifications",)

    lookup_id: UUID
    looked_up_at: datetime
    email: Annotated[str, Sealed]


class NewDeviceSeen(AccountEvent):
    """The right password came from a device that is not known: notifications mails the code that lets it in."""

    event_type: ClassVar[str] = "sign-in.new-device.v1"
    recipients: ClassVar[tuple[str, ...]] = ("notifications",)

    check_id: UUID
    seen_at: datetime
    expires_at: datetime
    device: str  # such as "Firefox, Windows": nothing that tells one device from another of its kind
    email: Annotated[str, Sealed]
    code: Annotated[str, Sealed]


class AccountLocked(AccountEvent):
    """Too many failures in a row: the password opens nothing until another channel has proved the owner, who is told."""

    event_type: ClassVar[str] = "account.locked.v1"
    recipients: ClassVar[tuple[str, ...]] = ("notifications",)

    lock_id: UUID
    locked_at: datetime
    email: Annotated[str | None, Sealed] = None


class PasskeysChanged(AccountEvent):
    """A passkey was added to an account or removed from it: notifications tells the member where an address is known."""

    event_type: ClassVar[str] = "passkeys.changed.v1"
    recipients: ClassVar[tuple[str, ...]] = ("notifications",)

    change_id: UUID
    changed_at: datetime
    change: Literal["added", "removed"]
    email: Annotated[str | None, Sealed] = None

"""Every kind of message, one row each: what planning, writing and drawing need to know of it.

A kind's words are in `templates/<purpose>/`. A purpose has a row as a mail and one as a letter where a person is told by either;
what is told both ways at once has two purposes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from notifications_service.domain.lanes import Lane

NOTICE_LIFE = timedelta(days=7)  # for so long a message without a secret is tried

Channel = Literal["email", "letter"]
Purpose = Literal[
    "password_reset",
    "posted_code",
    "activation",
    "access_requested",
    "welcome",
    "account_created",
    "password_changed",
    "password_changed_by_post",
    "email_change_code",
    "email_changed",
    "email_change_confirmed",
    "email_change_undone",
    "email_removed",
    "identifier_looked_up",
    "new_device_code",
    "account_locked",
    "passkeys_changed",
]


@dataclass(frozen=True)
class MessageKind:
    """How the messages of a purpose are made of an event.

    `cause` and `expires` (of the secret) name fields of the event. `content` says what is sealed until the message has gone: its
    name in `domain.message_content.MessageContent` → the event's field. `link_path` names the brand's page that a token opens.
    """

    purpose: Purpose
    cause: str
    content: Mapping[str, str]
    expires: str | None = None
    link_path: str | None = None
    by_name: bool = True  # False where nobody has shown yet that the address is the member's: it is told no name
    channel: Channel = "email"
    lane: Lane = Lane.ORDINARY


_MAILS = (
    MessageKind(
        "password_reset",
        cause="reset_id",
        content={"email": "email", "token": "token"},
        expires="expires_at",
        link_path="reset_path",
        lane=Lane.URGENT,
    ),
    MessageKind(
        "activation",
        cause="activation_id",
        content={"email": "email", "token": "token"},
        expires="expires_at",
        link_path="activation_path",
        by_name=False,
        lane=Lane.URGENT,
    ),
    # To the address that was known before, which the event does not tell. Of the one that was typed it gives a hint.
    MessageKind("access_requested", cause="activation_id", content={"other_email": "email", "moment": "requested_at"}),
    MessageKind(
        "welcome",
        cause="creation_id",
        content={"email": "email", "token": "token"},
        expires="expires_at",
        link_path="activation_path",
    ),
    MessageKind("account_created", cause="creation_id", content={"email": "email", "moment": "created_at"}),
    MessageKind(
        "password_changed",
        cause="change_id",
        content={"email": "email", "moment": "changed_at", "way": "way", "passkeys": "passkeys"},
    ),
    MessageKind(
        "email_change_code",
        cause="change_id",
        content={"email": "email", "code": "code"},
        expires="expires_at",
        by_name=False,
        lane=Lane.URGENT,
    ),
    MessageKind(
        "email_changed",
        cause="change_id",
        content={"email": "former_email", "token": "undo_token", "other_email": "email", "moment": "changed_at"},
        expires="undo_until",
        link_path="undo_email_path",
    ),
    MessageKind("email_change_confirmed", cause="change_id", content={"email": "email", "moment": "changed_at"}),
    MessageKind("email_change_undone", cause="change_id", content={"email": "email", "moment": "changed_at"}),
    MessageKind(
        "email_removed", cause="change_id", content={"email": "former_email", "moment": "changed_at"}, by_name=False
    ),
    MessageKind("identifier_looked_up", cause="lookup_id", content={"email": "email", "moment": "looked_up_at"}),
    MessageKind(
        "new_device_code",
        cause="check_id",
        content={"email": "email", "code": "code", "device": "device", "moment": "seen_at"},
        expires="expires_at",
        lane=Lane.URGENT,
    ),
    MessageKind("account_locked", cause="lock_id", content={"email": "email", "moment": "locked_at"}),
    MessageKind(
        "passkeys_changed", cause="change_id", content={"email": "email", "moment": "changed_at", "change": "change"}
    ),
)
_LETTERS = (
    MessageKind("posted_code", cause="letter_id", content={"code": "code"}, expires="expires_at", channel="letter"),
    MessageKind(
        "access_requested",
        cause="activation_id",
        content={"other_email": "email", "moment": "requested_at"},
        channel="letter",
    ),
    MessageKind(
        "password_changed_by_post",
        cause="change_id",
        content={"moment": "changed_at", "way": "way", "passkeys": "passkeys"},
        channel="letter",
    ),
)

MAILS: Mapping[str, MessageKind] = {kind.purpose: kind for kind in _MAILS}
LETTERS: Mapping[str, MessageKind] = {kind.purpose: kind for kind in _LETTERS}

"""What planning, writing and drawing need to know of a kind of message: `message_kinds` has the rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from notifications_service.domain.lanes import Lane

Channel = Literal["email", "letter"]
# For so long a message without a secret is tried. A letter meets at least two cut-offs, whatever the season.
NOTICE_LIFE: Mapping[Channel, timedelta] = {"email": timedelta(days=7), "letter": timedelta(days=14)}
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
    "letter_on_its_way",
    "email_unreachable",
    "document_available",
    "statement_available",
    "contribution_unpaid",
    "bank_details_changed",
    "contact_details_changed",
    "email_check",
    "beneficiary_request_received",
    "beneficiary_request_accepted",
    "beneficiary_request_refused",
    "termination_acknowledged",
    "termination_receipt",
    "termination_answered",
    "termination_cancelled",
    "contract_ended",
    "removal_announced",
]


@dataclass(frozen=True)
class MessageKind:
    """How the messages of a purpose are made of an event.

    `cause` and `expires` (of the secret) name fields of the event. `content` says what is sealed until the message has gone: its
    name in `domain.message_content.MessageContent` → the event's field. Without one of them the words are not whole, and the
    event is parked, but for those in `optional`. (Without `email` nobody can be told by mail: no words lack it.)
    `link_path` names the brand's page that a token opens. `is_durable`: the law wants it on a durable medium (code de la
    mutualité, L221-6-4 and L221-6-5), so that who has asked for paper gets it by post. `subject` names the event's field of what
    the message is about, where other news may stop it.
    """

    purpose: Purpose
    cause: str
    content: Mapping[str, str]
    optional: frozenset[str] = frozenset()
    expires: str | None = None
    link_path: str | None = None
    by_name: bool = True  # False where nobody has shown yet that the address is the member's: it is told no name
    channel: Channel = "email"
    lane: Lane = Lane.ORDINARY
    can_be_declined: bool = False  # says how to get no more of its kind
    letter: Purpose | None = None  # of another purpose, which tells the same where a mail cannot go
    is_durable: bool = False
    subject: str | None = None

    @property
    def required(self) -> frozenset[str]:
        """Return what of the content its words cannot do without."""
        return frozenset(self.content) - self.optional - {"email"}

    @property
    def said_after_mail(self) -> frozenset[str]:
        """Return what of a mail's content a letter keeps that takes its place: where the mail could not go, too."""
        return frozenset(self.content) | {"email"}

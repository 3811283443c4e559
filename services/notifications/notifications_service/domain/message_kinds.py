"""Every kind of message, one row each: what planning, writing and drawing need to know of it.

A kind's words are in `templates/<purpose>/`. A notice is told by mail or, where no mail reaches the person, by letter: it has a
row in either table. What may be told both ways at once has two purposes; the mail's names the letter's.
"""

from collections.abc import Mapping
from dataclasses import replace

from notifications_service.domain.lanes import Lane
from notifications_service.domain.message_kind import NOTICE_LIFE as NOTICE_LIFE
from notifications_service.domain.message_kind import Channel as Channel
from notifications_service.domain.message_kind import MessageKind as MessageKind
from notifications_service.domain.message_kind import Purpose as Purpose

_MAILS = (
    MessageKind(
        "password_reset",
        cause="reset_id",
        content={"email": "email", "token": "token"},
        expires="expires_at",
        link_path="reset_path",
        lane=Lane.URGENT,
    ),
    # Without a token the address already opens another access, and is told so.
    MessageKind(
        "activation",
        cause="activation_id",
        content={"email": "email", "token": "token"},
        optional=frozenset({"token"}),
        expires="expires_at",
        link_path="activation_path",
        by_name=False,
        lane=Lane.URGENT,
    ),
    MessageKind(
        "welcome",
        cause="creation_id",
        content={"email": "email", "token": "token"},
        optional=frozenset({"token"}),
        expires="expires_at",
        link_path="activation_path",
    ),
    MessageKind("account_created", cause="creation_id", content={"email": "email", "moment": "created_at"}),
    MessageKind(
        "password_changed",
        cause="change_id",
        content={"email": "email", "moment": "changed_at", "way": "way", "passkeys": "passkeys"},
        optional=frozenset({"passkeys"}),
        letter="password_changed_by_post",
    ),
    MessageKind(
        "email_change_code",
        cause="change_id",
        content={"email": "email", "code": "code"},
        expires="expires_at",
        by_name=False,
        lane=Lane.URGENT,
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
    # To the address that its sender has given: it is told no name, and without an account no date, whoever it is.
    MessageKind(
        "termination_receipt",
        cause="termination_id",
        content={"email": "email", "moment": "received_at", "end_date": "effective_date", "use": "use"},
        optional=frozenset({"end_date", "use"}),
        by_name=False,
    ),
    # Somebody without a working address reads neither of these two.
    MessageKind("letter_on_its_way", cause="cause", content={"moment": "handed_over_at", "expected_by": "expected_by"}),
    # It asks whether the address is the member's: whoever else reads it is told no name.
    MessageKind(
        "email_check",
        cause="check_id",
        content={"email": "email", "reply_by": "reply_by"},
        by_name=False,
        lane=Lane.BULK,
    ),
    MessageKind(
        "document_available",
        cause="document_id",
        content={"document": "kind"},
        lane=Lane.BULK,
        can_be_declined=True,
    ),
    MessageKind("statement_available", cause="settlement_id", content={}, lane=Lane.BULK, can_be_declined=True),
)
# Told by mail, or else by letter.
_NOTICES = (
    # The letter, to somebody whose former address is dead, has no link: whoever reads it calls.
    MessageKind(
        "email_changed",
        cause="change_id",
        content={"email": "former_email", "token": "undo_token", "other_email": "email", "moment": "changed_at"},
        optional=frozenset({"token", "other_email"}),
        expires="undo_until",
        link_path="undo_email_path",
    ),
    MessageKind(
        "passkeys_changed", cause="change_id", content={"email": "email", "moment": "changed_at", "change": "change"}
    ),
    # To the address that was known before, which the event does not tell. Of the one that was typed it gives a hint.
    MessageKind("access_requested", cause="activation_id", content={"other_email": "email", "moment": "requested_at"}),
    MessageKind(
        "contribution_unpaid",
        cause="unpaid_id",
        content={
            "amount": "amount",
            "method": "method",
            "due_date": "due_date",
            "period_start": "period_start",
            "period_end": "period_end",
        },
        is_durable=True,
    ),
    MessageKind(
        "bank_details_changed",
        cause="change_id",
        content={
            "moment": "changed_at",
            "iban_ending": "iban_ending",
            "in_force_on": "in_force_on",
            "former_address": "former_address",
        },
        optional=frozenset({"former_address"}),
    ),
    MessageKind(
        "contact_details_changed",
        cause="change_id",
        content={"moment": "changed_at", "changed": "changed", "former_address": "former_address"},
        optional=frozenset({"former_address"}),
    ),
    MessageKind(
        "beneficiary_request_received",
        cause="request_id",
        content={
            "moment": "requested_at",
            "change": "change",
            "first_name": "first_name",
            "last_name": "last_name",
        },
        optional=frozenset({"first_name"}),
    ),
    MessageKind(
        "beneficiary_request_accepted",
        cause="request_id",
        content={
            "change": "change",
            "first_name": "first_name",
            "last_name": "last_name",
            "effective_date": "effective_date",
        },
        optional=frozenset({"first_name"}),
    ),
    MessageKind(
        "beneficiary_request_refused",
        cause="request_id",
        content={"change": "change", "first_name": "first_name", "last_name": "last_name", "reason": "reason"},
        optional=frozenset({"first_name"}),
    ),
    MessageKind(
        "termination_acknowledged",
        cause="cause",
        content={"moment": "received_at", "end_date": "effective_date", "use": "use", "attachment": "attachment"},
        optional=frozenset({"attachment", "use"}),
        is_durable=True,
        subject="termination_id",
    ),
    MessageKind(
        "termination_answered",
        cause="termination_id",
        content={"moment": "received_at", "reason": "answer", "use": "use"},
        optional=frozenset({"use"}),
        is_durable=True,
    ),
    MessageKind(
        "termination_cancelled",
        cause="termination_id",
        content={"moment": "cancelled_at", "end_date": "end_date", "use": "use"},
        optional=frozenset({"end_date", "use"}),
        is_durable=True,
    ),
    MessageKind("contract_ended", cause="ending_id", content={"end_date": "end_date"}, is_durable=True),
    MessageKind("removal_announced", cause="removal_id", content={"end_date": "access_until"}, is_durable=True),
)
_LETTERS = (
    MessageKind("posted_code", cause="letter_id", content={"code": "code"}, expires="expires_at", channel="letter"),
    MessageKind(
        "password_changed_by_post",
        cause="change_id",
        content={"moment": "changed_at", "way": "way", "passkeys": "passkeys"},
        optional=frozenset({"passkeys"}),
        channel="letter",
    ),
    MessageKind(
        "email_unreachable",
        cause="cause",
        content={"other_email": "email", "about": "about", "moment": "planned_at", "came_back": "came_back"},
        optional=frozenset({"came_back"}),
        channel="letter",
    ),
)


def _by_post(notice: MessageKind) -> MessageKind:
    """Return the letter that says what a notice's mail says, but for its link."""
    content = {name: field for name, field in notice.content.items() if name not in {"email", "token"}}
    optional = notice.optional & content.keys()
    return replace(notice, channel="letter", content=content, optional=optional, expires=None, link_path=None)


MAILS: Mapping[str, MessageKind] = {kind.purpose: kind for kind in (*_MAILS, *_NOTICES)}
LETTERS: Mapping[str, MessageKind] = {kind.purpose: kind for kind in (*_LETTERS, *map(_by_post, _NOTICES))}
# Purpose of a mail → the letter that tells the same where it cannot go.
INSTEAD: Mapping[str, MessageKind] = {
    purpose: LETTERS[mail.letter or purpose] for purpose, mail in MAILS.items() if (mail.letter or purpose) in LETTERS
}
# What somebody who declines announcements gets no more of.
ANNOUNCEMENTS = frozenset(purpose for purpose, kind in MAILS.items() if kind.can_be_declined)

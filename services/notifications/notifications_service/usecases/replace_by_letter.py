"""A notice whose mail has failed becomes a letter. Reads and writes deliveries; publishes delivery.failed of what does not.

Where the letter has the mail's purpose it is the same row, whose attempts stay; where it has one of its own, for it may be told
both ways, it is a row beside the mail's, which has failed. What holds a secret for a page is not replaced here: identity hears
`delivery.failed` and decides. So a mail is either replaced or told as failed, never both.
"""

from dataclasses import replace
from datetime import datetime

import structlog
from pydantic import ValidationError
from service_kit.database import Connection
from service_kit.key_rings import KeyRingUnusable

from notifications_service import metrics
from notifications_service.domain.letter_promise import promised_until
from notifications_service.domain.mail_course import GAVE_UP
from notifications_service.domain.message_content import MessageContent
from notifications_service.domain.message_kinds import INSTEAD, NOTICE_LIFE, MessageKind
from notifications_service.resources import Notifications
from notifications_service.store import deliveries, replaced_mails
from notifications_service.store.due_mails import DueMail
from notifications_service.store.replaced_mails import LostMail
from notifications_service.usecases.draft_message import Occasion, draft_message, seal_content
from notifications_service.usecases.publish_failures import publish_failures

REPLACED = "replaced-by-letter"  # what became of a mail, in metrics
EITHER_WAY = sorted(INSTEAD)

log = structlog.get_logger()


async def replace_by_letter(
    notifications: Notifications, connection: Connection, mail: DueMail, *, now: datetime
) -> bool:
    """Let a letter say what a mail that has just failed was to say; False where none does by this, or the mail is not over.

    Call it in the transaction that ended the mail: that has blanked its content, which `mail` still has.
    """
    if mail.purpose not in INSTEAD:
        return False
    lost = LostMail(mail.id, mail.brand, mail.purpose, mail.member_id, mail.cause, mail.content_sealed)
    return await _replace(notifications, connection, lost, now=now)


async def replace_brought_again(
    notifications: Notifications, connection: Connection, lost: LostMail, *, now: datetime
) -> bool:
    """Let a letter bring what a mail had brought that came back; `lost` has its content again."""
    return await _replace(notifications, connection, lost, now=now)


async def replace_overdue(notifications: Notifications, connection: Connection, *, limit: int, now: datetime) -> int:
    """Let letters say what up to `limit` mails could not for as long as they were tried, and return how many these were."""
    lost = await replaced_mails.overdue(connection, EITHER_WAY, limit=limit, now=now)
    told = [mail.id for mail in lost if await _replace(notifications, connection, mail, now=now)]
    # What is not the letter's own row by now is ended here: it must not be found again.
    ended = await deliveries.give_up_overdue(
        connection, now=now, failure=GAVE_UP, limit=limit, among=[mail.id for mail in lost]
    )
    await publish_failures(notifications, connection, [one for one in ended if one.id not in told], now=now)
    return len(lost)


async def _replace(notifications: Notifications, connection: Connection, mail: LostMail, *, now: datetime) -> bool:
    letter = INSTEAD[mail.purpose]
    way = _become_letter if letter.purpose == mail.purpose else _plan_letter
    replaced = await way(notifications, connection, mail, letter, now=now)
    if replaced:
        metrics.ATTEMPTS.labels(mail.purpose, "email", REPLACED).inc()
        log.info("mail_replaced_by_letter", delivery_id=str(mail.id))
    return replaced


async def _become_letter(
    notifications: Notifications, connection: Connection, mail: LostMail, letter: MessageKind, *, now: datetime
) -> bool:
    said = _said(notifications, mail, letter)
    # One that does not open now waits as a letter until it does.
    sealed = mail.content_sealed if said is None else seal_content(notifications, mail.id, said)
    return await replaced_mails.replace(
        connection,
        replace(mail, content_sealed=sealed),
        now=now,
        give_up_at=now + NOTICE_LIFE["letter"],
        promised_until=promised_until(notifications.brands[mail.brand].letters, now),
    )


async def _plan_letter(
    notifications: Notifications, connection: Connection, mail: LostMail, letter: MessageKind, *, now: datetime
) -> bool:
    said = _said(notifications, mail, letter)
    if said is None:
        return False
    occasion = Occasion(mail.brand, mail.member_id, mail.cause)
    return await deliveries.plan(connection, draft_message(notifications, letter, occasion, said, now=now))


def _said(notifications: Notifications, mail: LostMail, letter: MessageKind) -> MessageContent | None:
    """Return what the letter keeps of a mail's content, its link not; None where that does not open."""
    try:
        opened = notifications.contents.open(mail.content_sealed, context=str(mail.id))
        return MessageContent.model_validate_json(opened).only(letter.said_after_mail)
    except (KeyRingUnusable, ValidationError) as error:
        log.error("content_not_readable", delivery_id=str(mail.id), error=type(error).__name__)
        return None

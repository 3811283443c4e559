"""A notice whose mail has failed becomes a letter: the same row, whose attempts stay. Reads and writes deliveries.

What holds a secret for a page is not replaced here: identity hears `delivery.failed` and decides. So a mail is either replaced or
told as failed, never both.
"""

from datetime import datetime

import structlog
from service_kit.database import Connection

from notifications_service import metrics
from notifications_service.domain.letter_promise import promised_until
from notifications_service.domain.message_kinds import LETTERS, MAILS, NOTICE_LIFE
from notifications_service.resources import Notifications
from notifications_service.store import replaced_mails
from notifications_service.store.due_mails import DueMail
from notifications_service.store.replaced_mails import LostMail

REPLACED = "replaced-by-letter"  # what became of a mail, in metrics
EITHER_WAY = sorted(MAILS.keys() & LETTERS.keys())

log = structlog.get_logger()


async def replace_by_letter(
    notifications: Notifications, connection: Connection, mail: DueMail, *, now: datetime
) -> bool:
    """Let a letter say what a mail that has just failed was to say; False where no letter says it, or the mail is not over.

    Call it in the transaction that ended the mail: that has blanked its content, which `mail` still has.
    """
    if mail.purpose not in EITHER_WAY:
        return False
    return await _replace(
        notifications, connection, LostMail(mail.id, mail.brand, mail.purpose, mail.content_sealed), now=now
    )


async def replace_overdue(notifications: Notifications, connection: Connection, *, limit: int, now: datetime) -> int:
    """Let letters say what up to `limit` mails could not for as long as they were tried, and return how many these were."""
    lost = await replaced_mails.overdue(connection, EITHER_WAY, limit=limit, now=now)
    return sum([await _replace(notifications, connection, mail, now=now) for mail in lost])


async def _replace(notifications: Notifications, connection: Connection, mail: LostMail, *, now: datetime) -> bool:
    promise = promised_until(notifications.brands[mail.brand].letters, now)
    replaced = await replaced_mails.replace(
        connection, mail, now=now, give_up_at=now + NOTICE_LIFE["letter"], promised_until=promise
    )
    if replaced:
        metrics.ATTEMPTS.labels(mail.purpose, "email", REPLACED).inc()
        log.info("mail_replaced_by_letter", delivery_id=str(mail.id))
    return replaced

"""A document came with its bytes: the member gets these, by mail or by post, once. Writes deliveries; one transaction.

Attached to the mail, or printed as the letter, they are the bytes that documents has stored (code de la mutualité, L221-6-4:
identical reproduction). Told again, since the mail came back, the same row becomes the letter.
"""

from datetime import date, datetime
from uuid import UUID

import structlog
from service_kit.database import Connection
from service_kit.problems import FinalEventError

from notifications_service.domain.message_content import AttachedDocument, MessageContent
from notifications_service.domain.message_kinds import Purpose
from notifications_service.resources import Notifications
from notifications_service.store import replaced_mails
from notifications_service.store.replaced_mails import LostMail
from notifications_service.usecases.announce_document import IssuedDocument
from notifications_service.usecases.draft_message import seal_content
from notifications_service.usecases.keep_recipient import known_email
from notifications_service.usecases.plan_message import MemberEvent
from notifications_service.usecases.plan_notice import plan_notice
from notifications_service.usecases.replace_by_letter import replace_brought_again
from notifications_service.usecases.tell_cancelled_termination import is_cancelled

PURPOSE: Purpose = "termination_acknowledged"

log = structlog.get_logger()


class BroughtNotice(MemberEvent):
    """What is told with the notice of a termination; a corrected one is another document, and is told again."""

    cause: UUID
    termination_id: UUID | None
    received_at: datetime
    effective_date: date
    use: str
    attachment: AttachedDocument


async def bring_document(notifications: Notifications, connection: Connection, document: IssuedDocument) -> None:
    """Plan the message that brings a document; raise FinalEventError where nobody says what to write with it."""
    notice = _notice(document)
    if notice.termination_id is not None and await is_cancelled(connection, notice.termination_id):
        log.info("notice_not_brought", document_id=str(notice.cause))  # its termination is undone: told otherwise
        return
    if not await _replaced(notifications, connection, notice):
        to = await known_email(notifications, connection, document.brand, document.member_id)
        await plan_notice(notifications, connection, PURPOSE, notice, to=to)


def _notice(document: IssuedDocument) -> BroughtNotice:
    if document.termination is None or document.pdf is None or document.file_name is None:
        log.error("document_without_words", document_id=str(document.document_id), kind=document.kind)
        raise FinalEventError
    return BroughtNotice(
        brand=document.brand,
        member_id=document.member_id,
        cause=document.document_id,
        termination_id=document.termination.termination_id,
        received_at=document.termination.received_at,
        effective_date=document.termination.effective_date,
        use=document.termination.use,
        attachment=AttachedDocument(
            document_id=document.document_id,
            file_name=document.file_name,
            pdf=document.pdf,
            address_lines=document.address_lines,
        ),
    )


async def _replaced(notifications: Notifications, connection: Connection, notice: BroughtNotice) -> bool:
    """Make a letter of the mail that brought this document and has failed, if there is one."""
    mail_id = await replaced_mails.failed_mail(
        connection, notice.brand, purpose=PURPOSE, member_id=notice.member_id, cause=notice.cause
    )
    if mail_id is None:
        return False
    said = MessageContent(
        moment=notice.received_at, end_date=notice.effective_date, use=notice.use, attachment=notice.attachment
    )
    sealed = seal_content(notifications, mail_id, said)
    lost = LostMail(mail_id, notice.brand, PURPOSE, notice.member_id, notice.cause, sealed)
    return await replace_brought_again(notifications, connection, lost, now=notifications.now())

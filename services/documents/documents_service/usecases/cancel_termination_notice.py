"""A termination was undone: its notice is not valid any more. One transaction, the consumer's.

Reads and writes issues, writes documents. What waits to be drawn is not drawn; what was issued stays readable as it was, and the
list says that it is cancelled. The row that is kept of it keeps older news, which may come later, from reviving anything.
"""

from datetime import datetime
from uuid import UUID

import structlog
from service_kit.database import Connection
from service_kit.subscriptions import Reader
from service_kit.tracing import current_traceparent

from documents_service.domain.documents import TERMINATION_NOTICE, Holder, Subject
from documents_service.domain.errors import BrandNotConfigured
from documents_service.rendering.kinds import DRAWN
from documents_service.resources import Documents
from documents_service.store import documents as documents_store
from documents_service.store import issues
from documents_service.store.issues import Issue

log = structlog.get_logger()


class CancelledTermination(Reader):
    """What documents reads of a termination that was undone."""

    version: int
    member_id: UUID
    brand: str
    termination_id: UUID


async def cancel_termination_notice(
    documents: Documents, connection: Connection, termination: CancelledTermination, *, now: datetime
) -> None:
    """End the notice of a termination, drawn or not; nothing where a newer version is known. Raises BrandNotConfigured."""
    if termination.brand not in documents.brands:
        raise BrandNotConfigured
    holder = Holder(termination.brand, termination.member_id)
    subject = Subject(holder, TERMINATION_NOTICE, termination.termination_id)
    await issues.lock(connection, holder)
    history = await issues.history_of(connection, subject)
    if history is not None and history.version >= termination.version:
        log.info("older_version_ignored", termination_id=str(termination.termination_id), version=termination.version)
        return
    await issues.supersede_waiting(connection, subject, now=now)
    # After that: what another process has just recorded is seen now.
    document_id = await documents_store.cancel(connection, subject)
    await issues.insert(connection, _issue(documents, subject, termination), now=now)
    log.info(
        "notice_cancelled", document_id=document_id and str(document_id), termination_id=str(termination.termination_id)
    )


def _issue(documents: Documents, subject: Subject, termination: CancelledTermination) -> Issue:
    return Issue(
        id=documents.foundation.entropy.new_id(),
        subject=subject,
        version=termination.version,
        status="cancelled",
        lane=DRAWN[subject.kind].lane,
        traceparent=current_traceparent(),
    )

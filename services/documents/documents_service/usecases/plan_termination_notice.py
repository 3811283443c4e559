"""A termination was registered: its notice is planned. One transaction, the consumer's.

Reads documents; reads and writes issues (one row for each version heard). Nothing is drawn here: `issue_due_documents` does that,
from the sealed content of the row. A corrected version gets a notice of its own, which says what it replaces.
"""

from dataclasses import replace
from datetime import date, datetime

import structlog
from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.tracing import current_traceparent

from documents_service.domain.documents import TERMINATION_NOTICE, Holder, Subject
from documents_service.domain.errors import BrandNotConfigured
from documents_service.rendering.kinds import DRAWN
from documents_service.rendering.termination_notice import TerminationNoticeContent
from documents_service.resources import Documents
from documents_service.store import documents as documents_store
from documents_service.store import issues
from documents_service.store.issues import Issue
from documents_service.usecases.collect_termination_notice import (
    AroundNotice,
    RegisteredTermination,
    collect_termination_notice,
)

log = structlog.get_logger()


async def plan_termination_notice(
    documents: Documents, connection: Connection, termination: RegisteredTermination, *, now: datetime
) -> None:
    """Plan the notice of a termination, unless this version is no news, or says nothing else than the former one.

    Of one that does not name its holder no notice is drawn: notifications tells it in words. Raises BrandNotConfigured.
    """
    if termination.brand not in documents.brands:
        raise BrandNotConfigured
    if termination.holder is None:
        log.info("notice_without_holder", termination_id=str(termination.termination_id))
        return
    holder = Holder(termination.brand, termination.member_id)
    subject = Subject(holder, TERMINATION_NOTICE, termination.termination_id)
    await issues.lock(connection, holder)
    history = await issues.history_of(connection, subject)
    if history is not None and history.version >= termination.version:
        log.info("older_version_ignored", termination_id=str(termination.termination_id), version=termination.version)
        return
    if history is not None and history.says(documents.facts.all_of(*_facts(termination))):
        await issues.insert(connection, _issue(documents, subject, termination), now=now)
        return
    await issues.supersede_waiting(connection, subject, now=now)
    # Asked after that: what another process has just recorded is seen now.
    former = await documents_store.valid_one(connection, subject)
    corrects = None if former is None else civil_date(former.issued_at)
    issue = _issue(documents, subject, termination)
    content = _content(documents, termination, issue, corrects=corrects, now=now)
    planned = replace(
        issue,
        status="planned",
        facts_digest=documents.facts.of(*_facts(termination)),
        content=documents.contents.seal(content.model_dump_json().encode(), context=str(issue.id)),
    )
    await issues.insert(connection, planned, now=now)
    log.info("notice_planned", document_id=str(issue.id), termination_id=str(termination.termination_id))


def _facts(termination: RegisteredTermination) -> tuple[str, ...]:
    """Return what a notice is wrong without; that the holder has moved meanwhile makes it no other."""
    told = (termination.received_at, termination.effective_date, termination.refund_by)
    return (str(termination.termination_id), termination.use, str(termination.requalified), *map(str, told))


def _issue(documents: Documents, subject: Subject, termination: RegisteredTermination) -> Issue:
    return Issue(
        id=documents.foundation.entropy.new_id(),
        subject=subject,
        version=termination.version,
        status="unchanged",
        lane=DRAWN[subject.kind].lane,
        traceparent=current_traceparent(),
    )


def _content(
    documents: Documents, termination: RegisteredTermination, issue: Issue, *, corrects: date | None, now: datetime
) -> TerminationNoticeContent:
    assert termination.holder is not None
    brand = documents.brands[termination.brand]
    around = AroundNotice(
        brand=brand.on_letters,
        read_only_years=brand.read_only_years,
        issued_on=civil_date(now),
        reference=str(issue.id),
        corrects=corrects,
    )
    return collect_termination_notice(termination, termination.holder, around)

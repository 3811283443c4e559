"""A member was enrolled or changed: is there a card to issue? One transaction, the consumer's.

Reads and writes issues (one row for each version heard, with what was decided); ends cards of ended contracts in documents.
Nothing is drawn here: `issue_due_documents` does that, from the sealed content of the row.
"""

from dataclasses import replace
from datetime import datetime

import structlog
from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.tracing import current_traceparent

from documents_service.domain.card_validity import card_validity
from documents_service.domain.documents import CARD, Holder, Subject
from documents_service.domain.errors import BrandNotConfigured
from documents_service.domain.lanes import Lane
from documents_service.metrics import ISSUES_FAILED
from documents_service.rendering.kinds import DRAWN
from documents_service.resources import Documents
from documents_service.store import documents as documents_store
from documents_service.store import hurried_cards, issues, removals
from documents_service.store.issues import History, Issue
from documents_service.usecases.collect_card import CardNotPrintable, EnrolledMember, collect_card, printed_facts

log = structlog.get_logger()


async def plan_card(documents: Documents, connection: Connection, member: EnrolledMember, *, now: datetime) -> None:
    """Plan the member's card, unless this version is no news, changes nothing on the card, or contract or person has left.

    What was planned for an older version, and not yet issued, is taken back. Raises BrandNotConfigured.
    """
    if member.brand not in documents.brands:
        raise BrandNotConfigured
    subject = Subject.member(Holder(member.brand, member.member_id), CARD)
    await issues.lock(connection, subject.holder)
    history = await issues.history_of(connection, subject)
    late = await removals.has_left(connection, brand=member.brand, member_id=member.member_id, version=member.version)
    if late or (history is not None and history.version >= member.version):
        log.info("older_version_ignored", member_id=str(member.member_id), version=member.version)
        return
    issue = await _in_its_lane(connection, _decide(documents, member, history, now=now), now=now)
    if issue.status == "not_due":
        await documents_store.expire(connection, subject)
    await issues.insert(connection, issue, now=now)
    log.info("card_decided", document_id=str(issue.id), decision=issue.status)


async def _in_its_lane(connection: Connection, issue: Issue, *, now: datetime) -> Issue:
    """Take back what the issue replaces. Its card waits no longer than that would have, nor than who was added to it."""
    waited = None
    if issue.status != "unchanged":
        waited = await issues.supersede_waiting(connection, issue.subject, now=now)
    if await hurried_cards.take(connection, issue.subject.holder, version=issue.version):
        return replace(issue, lane=Lane.AWAITED)
    return issue if waited is None else replace(issue, lane=min(issue.lane, waited))


def _decide(documents: Documents, member: EnrolledMember, history: History | None, *, now: datetime) -> Issue:
    issue = Issue(
        id=documents.foundation.entropy.new_id(),
        subject=Subject.member(Holder(member.brand, member.member_id), CARD),
        version=member.version,
        status="planned",
        lane=DRAWN[CARD].lane,
        traceparent=current_traceparent(),
    )
    today = civil_date(now)
    validity = card_validity(
        today, effective_date=member.effective_date, renewal_date=member.renewal_date, end_date=member.end_date
    )
    if validity is None:
        return replace(issue, status="not_due")
    brand, reference = documents.brands[member.brand], str(issue.id)
    try:
        card = collect_card(member, brand, validity=validity, issued_on=today, reference=reference)
    except CardNotPrintable as error:
        ISSUES_FAILED.labels(error.code).inc()
        log.error("issue_failed", document_id=reference, reason=error.code)
        return replace(issue, status="failed", failure=error.code)
    facts = (str(member.member_id), printed_facts(card))
    if history is not None and history.says(documents.facts.all_of(*facts)):
        return replace(issue, status="unchanged")
    content = documents.contents.seal(card.model_dump_json().encode(), context=reference)
    return replace(issue, facts_digest=documents.facts.of(*facts), content=content)

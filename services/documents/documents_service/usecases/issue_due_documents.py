"""Draw, store and record what is planned: claim under a lease → commit → draw → store the bytes → record in one transaction.

Reads and writes issues and documents; publishes document.issued. A process that dies in between leaves a lease that runs out; the
repeat draws the same bytes and stores them under the same key, so that nothing is there half or twice.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from service_kit.database import is_unavailable
from service_kit.key_rings import KeyRingUnusable
from service_kit.tracing import span

from documents_service.domain.documents import LONGEST_BROUGHT, TITLES, Document, file_name_of
from documents_service.metrics import ISSUED, ISSUES_FAILED, PLANNED_OLDEST_SECONDS
from documents_service.rendering.kinds import DRAWN
from documents_service.rendering.press import DocumentContent, DocumentNotRendered
from documents_service.rendering.render_pool import template_version
from documents_service.resources import Documents
from documents_service.store import documents as documents_store
from documents_service.store import issues
from documents_service.store.issues import ClaimedIssue
from documents_service.usecases.tell_document import Drawn, seal_told, tell_document

LEASE = timedelta(seconds=60)
BATCH_PER_THREAD = 8
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 900))  # after each failed attempt but the last
ATTEMPTS = len(PAUSES) + 1
PAUSE_OF_AN_OUTAGE = timedelta(seconds=15)

log = structlog.get_logger()


@dataclass(frozen=True)
class Failure:
    """Why an attempt failed, whether another one may help, and whether it counts."""

    reason: str
    final: bool = False
    counts: bool = True


async def issue_due_documents(documents: Documents) -> int:
    """Issue a batch of what is due and return how many issues were taken in hand."""
    now = documents.foundation.clock.now()
    async with documents.database.transaction() as connection:
        abandoned = await issues.give_up_abandoned(connection, now=now, attempts=ATTEMPTS, failure="abandoned")
        claimed = await issues.claim(
            connection, now=now, limit=BATCH_PER_THREAD * documents.rendering.threads, lease=LEASE
        )
    for issue_id in abandoned:
        _tell_failure(str(issue_id), "abandoned")
    outcomes = await asyncio.gather(*(_issue(documents, one) for one in claimed), return_exceptions=True)
    for outcome in outcomes:
        if outcome is not None:
            raise outcome  # not even the failure could be noted: the leases run out
    return len(claimed)


async def measure_planned(documents: Documents) -> int:
    """Set the gauge of the oldest planned issue's age."""
    async with documents.database.connection() as connection:
        age = await issues.oldest_planned_seconds(connection, now=documents.foundation.clock.now())
    PLANNED_OLDEST_SECONDS.set(age)
    return 0


async def _issue(documents: Documents, issue: ClaimedIssue) -> None:
    with (
        span("documents issue", traceparent=issue.traceparent),
        structlog.contextvars.bound_contextvars(document_id=str(issue.id)),
    ):
        try:
            drawn = await _draw(documents, issue)
            await documents.vault.put(drawn.document.storage_key, drawn.pdf)
            await _record(documents, drawn)
        except Exception as error:
            await _note_failure(documents, issue, _failure_of(error), error)


async def _draw(documents: Documents, issue: ClaimedIssue) -> Drawn:
    kind = issue.subject.kind
    content = DRAWN[kind].content.model_validate_json(documents.contents.open(issue.content, context=str(issue.id)))
    pdf = await documents.rendering.draw(kind, content)
    if DRAWN[kind].is_brought and len(pdf) > LONGEST_BROUGHT:
        raise DocumentNotRendered("size")
    return Drawn(_document(issue, content, pdf, issued_at=documents.foundation.clock.now()), content, pdf)


def _document(issue: ClaimedIssue, content: DocumentContent, pdf: bytes, *, issued_at: datetime) -> Document:
    kind, digest = issue.subject.kind, hashlib.sha256(pdf)
    title = content.title or TITLES[kind]
    return Document(
        id=issue.id,
        brand=issue.subject.holder.brand,
        member_id=issue.subject.holder.member_id,
        kind=kind,
        subject_id=issue.subject.id,
        subject_version=issue.version,
        state="valid",
        issued_at=issued_at,
        valid_from=content.validity.first,
        valid_until=content.validity.last,
        sha256=digest.digest(),
        size=len(pdf),
        # The digest is for the day when a template changes between two attempts: neither overwrites the other's bytes.
        storage_key=f"{issue.id}-{digest.hexdigest()[:16]}",
        template_version=template_version(kind),
        file_name=file_name_of(title, brand_name=content.brand_name, year=content.year),
        title=title,
    )


async def _record(documents: Documents, drawn: Drawn) -> None:
    document = drawn.document
    async with documents.database.transaction() as connection:
        wanted = await issues.finish(connection, document.id, now=document.issued_at)
        if wanted:
            former = await documents_store.supersede(connection, document.subject)
            await documents_store.insert(connection, document, told_sealed=seal_told(documents, drawn))
            await tell_document(documents, connection, drawn, replaces=former)
        stays = wanted or await documents_store.is_stored_as(connection, document.storage_key)
    if wanted:
        ISSUED.labels(document.kind).inc()
        log.info("document_issued", kind=document.kind, size=document.size)
    elif not stays:
        # A newer version came while this one was drawn. (Where another worker was faster, the bytes are its own.)
        await documents.vault.remove(document.storage_key)


def _failure_of(error: Exception) -> Failure:
    if isinstance(error, DocumentNotRendered):
        # A letter that no font has is not there the next time either; a template may be mended by a new version.
        return Failure(f"{error.code}:{error.reason}", final=error.reason in ("glyph", "size"))
    if isinstance(error, KeyRingUnusable):
        return Failure("content-does-not-open")
    if is_unavailable(error):
        return Failure("storage-or-database-away", counts=False)
    return Failure("unexpected")


async def _note_failure(documents: Documents, issue: ClaimedIssue, failure: Failure, error: Exception) -> None:
    now = documents.foundation.clock.now()
    async with documents.database.transaction() as connection:
        if failure.final or (failure.counts and issue.attempts >= ATTEMPTS):
            if await issues.give_up(connection, issue.id, failure=failure.reason, now=now):
                _tell_failure(str(issue.id), failure.reason, error)
            return
        pause = PAUSES[issue.attempts - 1] if failure.counts else PAUSE_OF_AN_OUTAGE
        await issues.postpone(connection, issue.id, until=now + pause, failure=failure.reason, counts=failure.counts)
    log.warning("issue_postponed", reason=failure.reason, attempts=issue.attempts, exc_info=error)


def _tell_failure(document_id: str, reason: str, error: Exception | None = None) -> None:
    ISSUES_FAILED.labels(reason).inc()
    log.error("issue_failed", document_id=document_id, reason=reason, exc_info=error)

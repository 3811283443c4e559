"""A statement has new lines for somebody: told once it has come to rest. Reads members; writes statement parts and the outbox.

Publishes reimbursement.settled, once for each reader: an import comes in chunks, and a statement's lines may come in several.
"""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.events import Event
from service_kit.tracing import current_traceparent

from contracts_service.domain.money_news import settlement_is_news
from contracts_service.events import ReimbursementSettled
from contracts_service.resources import Contracts
from contracts_service.store import settled_statements
from contracts_service.store.settled_statements import SettledPart

REST = timedelta(minutes=5)  # without a new line: the import, and others that follow it at once, are over
ROUND = 200  # statements in one transaction

log = structlog.get_logger()


async def tell_settled_statements(service: Contracts) -> int:
    """Tell what is new on up to ROUND statements, and return how many persons' lines were looked at."""
    now = service.foundation.clock.now()
    async with service.database.transaction() as connection:
        parts = await settled_statements.take(connection, before=now - REST, today=civil_date(now), limit=ROUND)
        if not parts:
            return 0
        await settled_statements.mark_told(connection, parts)
        told = await _tell(service, connection, parts, now=now)
    service.foundation.wake.call()
    log.info("settled_statements_told", told=told, parts=len(parts))
    return len(parts)


async def _tell(service: Contracts, connection: Connection, parts: list[SettledPart], *, now: datetime) -> int:
    today, latest = civil_date(now), _latest(parts)
    news = [part for part in latest.values() if settlement_is_news(part.latest_paid_on, today=today)]
    versions = await settled_statements.count_told(connection, Counter(part.statement_id for part in news))
    events: list[tuple[UUID, Event, str | None]] = []
    for part in news:
        versions[part.statement_id] += 1
        event = _event(service, part, version=versions[part.statement_id])
        events.append((service.entropy.new_id(), event, current_traceparent()))
    await service.outbox.append_all(connection, events, occurred_at=now)
    return len(events)


def _latest(parts: list[SettledPart]) -> dict[tuple[UUID, UUID], SettledPart]:
    """Return statement and reader → the part with the latest payment: a parent reads of two children at once."""
    found: dict[tuple[UUID, UUID], SettledPart] = {}
    for part in sorted(parts, key=lambda part: str(part.latest_paid_on or "")):
        found[part.statement_id, part.reader_id] = part
    return found


def _event(service: Contracts, part: SettledPart, *, version: int) -> ReimbursementSettled:
    assert part.latest_paid_on is not None  # what was never paid is no news
    return ReimbursementSettled(
        version=version,
        member_id=part.reader_id,
        brand=part.brand,
        statement_id=part.statement_id,
        settlement_id=service.entropy.new_id(),
        settled_on=part.latest_paid_on,
    )

"""Every year members are asked whether their e-mail address is still the right one (code de la mutualité, L221-6-5).

Reads and writes members; publishes email-check.requested. Brand by brand, some in a transaction, and no more a day than the
brand says: a flood of mails would be taken for spam, and nobody could answer the telephone.
"""

from datetime import datetime, time
from uuid import UUID

import structlog
from service_kit.clock import PARIS, civil_date
from service_kit.database import Connection
from service_kit.events import Event
from service_kit.tracing import current_traceparent

from contracts_service.domain.email_checks import next_check_on, reply_by
from contracts_service.events import EmailCheckRequested
from contracts_service.resources import Contracts
from contracts_service.store import email_checks
from contracts_service.store.email_checks import AskedMember, DueCheck

ROUND = 200  # of a brand, in one transaction

log = structlog.get_logger()


async def ask_for_emails(service: Contracts) -> int:
    """Ask up to ROUND members of each brand whose day has come, and return how many were looked at."""
    now = service.foundation.clock.now()
    looked_at = 0
    for brand in service.brands:
        async with service.database.transaction() as connection:
            looked_at += await _ask_some(service, connection, brand, now=now)
    return looked_at


async def _ask_some(service: Contracts, connection: Connection, brand: str, *, now: datetime) -> int:
    policy, today = service.brands[brand].contact, civil_date(now)
    await email_checks.lock_brand(connection, brand)
    asked_today = await email_checks.asked_since(connection, brand, since=datetime.combine(today, time(), PARIS))
    room = min(ROUND, policy.email_checks_per_day - asked_today)
    if room <= 0:
        return 0
    due = await email_checks.take_due(connection, brand, today=today, limit=room)
    # The next question comes a year after this one, whether this is answered or not.
    next_on = next_check_on(now, months=policy.email_check_months, today=today)
    until = reply_by(today, days=policy.email_reply_days)
    wanted = [one for one in due if one.wanted]
    asked = [AskedMember(one.id, service.entropy.new_id(), until, next_on) for one in wanted]
    await email_checks.put_off(connection, [one.id for one in due if not one.wanted], until=next_on)
    await email_checks.note_asked(connection, asked, now=now)
    events = [_event(service, brand, one, question) for one, question in zip(wanted, asked, strict=True)]
    await service.outbox.append_all(connection, events, occurred_at=now)
    if due:
        log.info("emails_asked_about", brand=brand, asked=len(asked), put_off=len(due) - len(asked))
    return len(due)


def _event(service: Contracts, brand: str, member: DueCheck, asked: AskedMember) -> tuple[UUID, Event, str | None]:
    event = EmailCheckRequested(
        version=1,
        member_id=member.id,
        brand=brand,
        check_id=asked.check_id,
        reply_by=asked.reply_by,
        email=member.email,
    )
    return service.entropy.new_id(), event, current_traceparent()

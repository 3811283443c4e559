"""Nobody has answered whether an e-mail address is still the right one: the member is told on paper until somebody does.

Reads and writes members, under the lock of the brand's members; publishes member.changed (code de la mutualité, L221-6-5).
"""

import structlog
from service_kit.clock import civil_date

from contracts_service.resources import Contracts
from contracts_service.store import email_checks, members
from contracts_service.usecases.prove_email import tell_if_changed, told_by

ROUND = 50  # of a brand, in one transaction: imports wait meanwhile

log = structlog.get_logger()


async def doubt_emails(service: Contracts) -> int:
    """Note up to ROUND unanswered questions of each brand whose time has passed, and return how many."""
    doubted = 0
    for brand in service.brands:
        found = await _doubt_some(service, brand)
        doubted += found
        if found:
            log.info("emails_unconfirmed", brand=brand, members=found)
    return doubted


async def _doubt_some(service: Contracts, brand: str) -> int:
    now = service.foundation.clock.now()
    async with service.database.transaction() as connection:
        await members.lock_brand(connection, brand)
        unanswered = await email_checks.unanswered(connection, brand, today=civil_date(now), limit=ROUND)
        for member_id in unanswered:
            before = await told_by(connection, member_id)
            await email_checks.note_unanswered(connection, member_id, now=now)
            await tell_if_changed(service, connection, before, brand=brand, member_id=member_id, now=now)
    return len(unanswered)

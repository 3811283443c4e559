"""On its day a bank account takes the place of the one before, once, whoever dies. Reads and writes bank_details.

Each change is a transaction of its own: one that is stopped at the same instant holds up no other.
"""

from datetime import date

import structlog
from service_kit.clock import civil_date

from contracts_service.resources import Contracts
from contracts_service.store import bank_details

ROUND = 200

log = structlog.get_logger()


async def apply_bank_details(service: Contracts) -> int:
    """Put up to ROUND changes into force whose civil day in Paris has come, and return how many."""
    today, applied = civil_date(service.foundation.clock.now()), 0
    while applied < ROUND and await _apply_one(service, today):
        applied += 1
    if applied:
        log.info("bank_details_in_force", changes=applied)
    return applied


async def _apply_one(service: Contracts, today: date) -> bool:
    async with service.database.transaction() as connection:
        due = await bank_details.take_due(connection, today=today)
        if due is None:
            return False
        return await bank_details.put_into_force(connection, due, now=service.foundation.clock.now())

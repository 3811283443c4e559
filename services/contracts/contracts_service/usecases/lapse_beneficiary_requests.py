"""Requests about beneficiaries that nobody completes or decides are closed, and their documents deleted, when their time is over.

Reads and writes beneficiary_requests and supporting_documents. Also measures for how long the oldest one waits for a decision:
that is to be seen long before it lapses.
"""

from datetime import datetime
from uuid import UUID

import structlog

from contracts_service.domain.request_states import OPEN
from contracts_service.metrics import OLDEST_REQUEST_SECONDS
from contracts_service.resources import Contracts
from contracts_service.store import beneficiary_requests, request_queues
from contracts_service.usecases.close_request import close_request

ROUND = 50

log = structlog.get_logger()


async def lapse_beneficiary_requests(service: Contracts) -> int:
    """Close what is too old, a transaction each, and return how many that were."""
    now = service.foundation.clock.now()
    await _measure(service, now=now)
    lapsed = 0
    for brand in service.brands:
        for request_id in await _too_old(service, brand, now=now):
            lapsed += await _lapse(service, brand, request_id, now=now)
    return lapsed


async def _too_old(service: Contracts, brand: str, *, now: datetime) -> list[UUID]:
    rules = service.brands[brand].beneficiaries
    async with service.database.connection() as connection:
        return await request_queues.due_to_lapse(
            connection,
            brand,
            incomplete_since=now - rules.lapses_after,
            open_since=now - rules.documents_last,
            limit=ROUND,
        )


async def _lapse(service: Contracts, brand: str, request_id: UUID, *, now: datetime) -> bool:
    async with service.database.transaction() as connection:
        request = await beneficiary_requests.find_of_brand(connection, request_id, brand=brand, lock=True)
        if request is None or request.state not in OPEN:
            return False
        await close_request(connection, request, "lapsed", now=now)
    log.info("beneficiary_request_lapsed", request_id=str(request_id), state=request.state)
    return True


async def _measure(service: Contracts, *, now: datetime) -> None:
    async with service.database.connection() as connection:
        oldest = await request_queues.oldest_submitted(connection, list(service.brands))
    for brand in service.brands:
        since = oldest.get(brand)
        OLDEST_REQUEST_SECONDS.labels(brand).set(0 if since is None else (now - since).total_seconds())

"""The last day of contracts has passed: told once for each end. Reads contracts and members; writes contracts and the outbox.

Publishes contract.ended. Civil days in Europe/Paris: a contract that ends on the 31st is told on the 1st.
"""

from uuid import UUID

import structlog
from service_kit.clock import civil_date
from service_kit.events import Event
from service_kit.tracing import current_traceparent

from contracts_service.domain.contract_status import end_is_news
from contracts_service.events import ContractEnded
from contracts_service.resources import Contracts
from contracts_service.store import ended_contracts
from contracts_service.store.ended_contracts import EndedContract

ROUND = 200  # in one transaction; on 1 January there are very many

log = structlog.get_logger()


async def tell_ended_contracts(service: Contracts) -> int:
    """Tell up to ROUND ends, and return how many were looked at; those that are old news are only noted."""
    now = service.foundation.clock.now()
    async with service.database.transaction() as connection:
        ended = await ended_contracts.take(connection, today=civil_date(now), limit=ROUND)
        old_news = [one.id for one in ended if not _is_news(one)]
        events = [_event(service, one) for one in ended if _is_news(one)]
        await ended_contracts.mark_told(connection, [one.id for one in ended], old_news=old_news)
        await service.outbox.append_all(connection, events, occurred_at=now)
    if ended:
        log.info("ends_told", told=len(events), old_news=len(old_news))
    return len(ended)


def _is_news(contract: EndedContract) -> bool:
    return end_is_news(contract.end_date, known_since=civil_date(contract.member_since))


def _event(service: Contracts, contract: EndedContract) -> tuple[UUID, Event, str | None]:
    event = ContractEnded(
        version=contract.end_version + 1,
        member_id=contract.member_id,
        brand=contract.brand,
        contract_id=contract.id,
        ending_id=service.entropy.new_id(),
        end_date=contract.end_date,
    )
    return service.entropy.new_id(), event, current_traceparent()

"""The space of a former member will be closed: told two months before (code de la mutualité, L221-6-6).

Reads contracts and members; writes removal_notices and the outbox. Publishes removal.announced, once for each end of a contract:
one that is corrected is looked at again. `purge_members` waits for the two months.
"""

from datetime import date

import structlog
from service_kit.clock import civil_date
from service_kit.database import Connection

from contracts_service.domain.brand_policy import BrandPolicy
from contracts_service.domain.retention import Keeping, is_announced, keeping_of, latest_end_to_announce
from contracts_service.events import RemovalAnnounced
from contracts_service.resources import Contracts
from contracts_service.store import removal_notices
from contracts_service.store.removal_notices import FormerMember

ROUND = 200  # in one transaction

log = structlog.get_logger()


async def announce_removals(service: Contracts) -> int:
    """Look at up to ROUND former members of each brand, and return how many that were."""
    return sum([await _announce(service, brand, policy) for brand, policy in service.brands.items()])


async def _announce(service: Contracts, brand: str, policy: BrandPolicy) -> int:
    now = service.foundation.clock.now()
    today = civil_date(now)
    latest_end = latest_end_to_announce(today, read_only_years=policy.read_only_years)
    async with service.database.transaction() as connection:
        due = await removal_notices.take_to_announce(connection, brand=brand, latest_end=latest_end, limit=ROUND)
        due = [one for one in due if _keeping(policy, one).announce_on <= today]
        told = [one for one in due if _has_access(policy, one, today=today)]
        await removal_notices.note(connection, due, announced=[one.member_id for one in told], now=now)
        for one in told:
            await _tell(service, connection, policy, one, brand=brand)
    if due:
        log.info("removals_announced", brand=brand, told=len(told), without_access=len(due) - len(told))
    return len(due)


def _has_access(policy: BrandPolicy, member: FormerMember, *, today: date) -> bool:
    return is_announced(_keeping(policy, member), known_since=civil_date(member.known_since), today=today)


async def _tell(
    service: Contracts, connection: Connection, policy: BrandPolicy, member: FormerMember, *, brand: str
) -> None:
    event = RemovalAnnounced(
        version=member.version + 1,
        member_id=member.member_id,
        brand=brand,
        removal_id=service.entropy.new_id(),
        access_until=_keeping(policy, member).access_until,
    )
    await service.outbox.append(
        connection, event, event_id=service.entropy.new_id(), occurred_at=service.foundation.clock.now()
    )


def _keeping(policy: BrandPolicy, member: FormerMember) -> Keeping:
    return keeping_of(member.end_date, read_only_years=policy.read_only_years, rules=policy.retention)

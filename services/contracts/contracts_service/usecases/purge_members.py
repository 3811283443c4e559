"""The time has passed for which a former member's data are kept: they leave, and the journal says that they did.

Reads contracts and removal_notices; deletes everything of the member and of the people on the contract; writes purge_journal,
purged_members and the outbox. Publishes member.removed for the member and for each person who was known apart: identity,
notifications and documents forget them, too. One member a transaction: whoever dies in between has removed nobody by half.
"""

from datetime import date, datetime
from uuid import UUID

import structlog
from service_kit.clock import civil_date
from service_kit.database import Connection

from contracts_service.domain.brand_policy import BrandPolicy
from contracts_service.domain.retention import keeping_of, latest_end_to_purge, may_purge
from contracts_service.events import MemberRemoved
from contracts_service.resources import Contracts
from contracts_service.store import members, purges
from contracts_service.store.purges import JournalEntry, LeavingMember

ROUND = 50
RULE = "former-member"

log = structlog.get_logger()


async def purge_members(service: Contracts) -> int:
    """Remove up to ROUND former members of each brand, and return how many; also old requests in which nobody was recognised."""
    removed = 0
    for brand, policy in service.brands.items():
        for _ in range(ROUND):
            if not await _purge_one(service, brand, policy):
                break
            removed += 1
        async with service.database.transaction() as connection:
            await purges.remove_unidentified(connection, brand=brand)
    return removed


async def _purge_one(service: Contracts, brand: str, policy: BrandPolicy) -> bool:
    now = service.foundation.clock.now()
    today = civil_date(now)
    years = policy.read_only_years
    latest_end = latest_end_to_purge(today, read_only_years=years, rules=policy.retention)
    async with service.database.transaction() as connection:
        await members.lock_brand(connection, brand)  # a file may be bringing the member back this moment
        due = await purges.take(connection, brand=brand, latest_end=latest_end, limit=ROUND)
        leaving = next((one for one in due if _may_leave(policy, one, today=today)), None)
        if leaving is None:
            return False
        await _remove(service, connection, leaving, brand=brand, now=now)
    service.foundation.wake.call()
    log.info("member_removed", brand=brand, member_id=str(leaving.member_id), rule=RULE)
    return True


def _may_leave(policy: BrandPolicy, member: LeavingMember, *, today: date) -> bool:
    return may_purge(
        keeping_of(member.end_date, read_only_years=policy.read_only_years, rules=policy.retention),
        announced_on=None if member.announced_at is None else civil_date(member.announced_at),
        known_since=civil_date(member.known_since),
        today=today,
        quiet_days=policy.retention.quiet_days,
    )


async def _remove(
    service: Contracts, connection: Connection, member: LeavingMember, *, brand: str, now: datetime
) -> None:
    people = await purges.people_of(connection, member.contract_id)
    removed = await purges.remove(connection, member, people)
    entry = JournalEntry(service.entropy.new_id(), now, brand, RULE, member.member_id, removed)
    await purges.note(connection, entry)
    number, *_ = service.seals.purged_number_marks(brand, member.membership_number)
    await purges.remember_number(connection, brand=brand, number_digest=number, end_date=member.end_date, now=now)
    known_apart = [(one.id, one.version + 1) for one in people if one.version]
    for person_id, version in [(member.member_id, member.version + 1), *known_apart]:
        await _tell(service, connection, brand, person_id, version=version, now=now)


async def _tell(
    service: Contracts, connection: Connection, brand: str, person_id: UUID, *, version: int, now: datetime
) -> None:
    event = MemberRemoved(version=version, member_id=person_id, brand=brand, removed_at=now)
    await service.outbox.append(connection, event, event_id=service.entropy.new_id(), occurred_at=now)

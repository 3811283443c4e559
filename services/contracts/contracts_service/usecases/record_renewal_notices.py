"""The back office says when notices of a renewal were sent (L221-10-1). Reads members; writes renewal_notices and the deed."""

from dataclasses import dataclass
from datetime import date, datetime

from service_kit.staff_deeds import StaffAct

from contracts_service.resources import Contracts
from contracts_service.store import members, renewal_notices
from contracts_service.usecases.record_deed import record_deed

RECORDED = "renewal_notices_recorded"


@dataclass(frozen=True)
class SentNotices:
    """Notices of one renewal that were sent on one day."""

    renewal_date: date
    sent_on: date
    membership_numbers: list[str]


async def record_renewal_notices(
    service: Contracts, act: StaffAct, sent: SentNotices, *, now: datetime
) -> tuple[int, list[str]]:
    """Note the day for every member who is known; return how many there are, and the numbers that nobody has."""
    async with service.database.transaction() as connection:
        known = await members.find_all(connection, brand=act.brand, membership_numbers=sent.membership_numbers)
        ids = [one.id for one in known.values()]
        await renewal_notices.record(
            connection, ids, renewal_date=sent.renewal_date, sent_on=sent.sent_on, recorded=(now, act.staff)
        )
        await record_deed(service, connection, act.deed(RECORDED), now=now)
    return len(ids), sorted(set(sent.membership_numbers) - known.keys())

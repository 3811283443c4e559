"""The back office enters a request that came by post, by another insurer, or that the mutual decides.

Reads members and contracts; writes what register_termination does, and the deed. Also of somebody whose data are restricted:
what was received has its effect by law from its day on (code de la mutualité, L221-10 and L221-10-2).
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.http.problems import InvalidRequest
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.termination.entry import Entry
from contracts_service.domain.termination.errors import UNKNOWN_NUMBER, RequestDoesNotApply
from contracts_service.domain.termination.motives import StaffChannel
from contracts_service.domain.termination.staff_entry_checks import (
    receipt_day,
    receipt_instant,
    staff_entry_problems,
)
from contracts_service.resources import Contracts
from contracts_service.store import members, terminations
from contracts_service.store.terminations import TerminationRow
from contracts_service.usecases.answer_termination import answer_termination
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.present_member import load_member
from contracts_service.usecases.record_deed import record_deed
from contracts_service.usecases.register_termination import Evidence, keep_evidence, settle
from contracts_service.usecases.take_turns import turn_of
from contracts_service.usecases.termination_recap import preview

REGISTERED = "termination_registered"


@dataclass(frozen=True)
class Entered:
    """What somebody of the staff has entered: by which way it came, on which day, about whose contract."""

    channel: StaffChannel
    received_on: date | None
    membership_number: str
    entry: Entry


async def record_termination(
    service: Contracts, act: StaffAct, entered: Entered, *, now: datetime
) -> tuple[TerminationRow, MemberRows]:
    """Register a request as received on its day; return it and the member's state before it.

    Raises InvalidRequest; RequestDoesNotApply for an end that the mutual wanted and the dates do not allow (L221-7).
    """
    received_at = _received_at(entered, now=now)
    termination_id = service.entropy.new_id()
    async with turn_of(service, act) as connection:
        await members.lock_brand_briefly(connection, act.brand)
        rows = await member_with_number(connection, act.brand, entered.membership_number)
        found = await preview(service, connection, rows, entered.entry, seen=(termination_id, received_at))
        decision = found.decision
        if entered.channel == "mutual" and decision is not None and decision.outcome != "effective":
            raise RequestDoesNotApply(decision.reason)
        evidence = Evidence(
            id=termination_id,
            brand=act.brand,
            channel=entered.channel,
            received_at=received_at,
            entry=entered.entry,
            recap=found.recap,
            recorded_by=act.staff,
            member_id=rows.member.id,
        )
        await keep_evidence(service, connection, evidence, now=now)
        row = await _found(connection, termination_id, brand=act.brand)
        settled = await settle(service, connection, rows, row, now=now)
        await answer_termination(service, connection, row, (rows, settled), now=now)
        deed = act.deed(REGISTERED, object_id=termination_id, member_id=rows.member.id)
        await record_deed(service, connection, deed, now=now)
        return await _found(connection, termination_id, brand=act.brand), rows


async def member_with_number(connection: Connection, brand: str, membership_number: str) -> MemberRows:
    """Return the member of `brand` who has the number; raise InvalidRequest when nobody has it."""
    known = await members.find_all(connection, brand=brand, membership_numbers=[membership_number])
    if membership_number not in known:
        raise InvalidRequest(fields=(UNKNOWN_NUMBER,))
    rows = await load_member(connection, brand=brand, member_id=known[membership_number].id, lock=True)
    assert rows is not None  # found by its number
    return rows


def _received_at(entered: Entered, *, now: datetime) -> datetime:
    today, entry = civil_date(now), entered.entry
    problems = staff_entry_problems(entered.channel, entry, received_on=entered.received_on, today=today)
    day = receipt_day(entered.channel, received_on=entered.received_on, sent_on=entry.sent_on, today=today)
    if problems or day is None:
        raise InvalidRequest(fields=problems)
    return receipt_instant(day)


async def _found(connection: Connection, termination_id: UUID, *, brand: str) -> TerminationRow:
    row = await terminations.find(connection, termination_id, brand=brand)
    assert row is not None  # written in this transaction
    return row

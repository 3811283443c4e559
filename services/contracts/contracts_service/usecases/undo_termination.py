"""A termination that should not have been: contested by the member, or cancelled by the back office.

Reads and writes terminations; writes members, contracts, the outbox and the deed; publishes member.changed, and of what was
registered termination.cancelled. What came stays as evidence; the contract gets the last day that the file says and the other
terminations that stand leave it.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from service_kit.access_tokens import MemberPrincipal
from service_kit.database import Connection
from service_kit.http.problems import NotFound
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.termination.errors import NotContestable, TerminationClosed
from contracts_service.events import TerminationCancelled
from contracts_service.resources import Contracts
from contracts_service.store import members, terminations
from contracts_service.store.terminations import TerminationRow
from contracts_service.termination_events import CANCELLED as CANCELLED_VERSION
from contracts_service.termination_events import Cause
from contracts_service.usecases.data_rights import refuse_if_restricted
from contracts_service.usecases.draft_termination import own_contract
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.present_member import load_member, save_change
from contracts_service.usecases.record_deed import record_deed
from contracts_service.usecases.register_termination import Step, add_step
from contracts_service.usecases.standing_terminations import end_without
from contracts_service.usecases.take_turns import turn_of

CANCELLED = "termination_cancelled"
CLOSED = ("contested", "cancelled")


def contestable_until(service: Contracts, row: TerminationRow) -> datetime | None:
    """Return until when the member may contest a termination: never one that the member has confirmed."""
    if row.state != "registered" or row.channel == "member_online" or row.decided_at is None:
        return None
    return row.decided_at + timedelta(days=service.brands[row.brand].termination.contestation_days)


async def contest_termination(
    service: Contracts, caller: MemberPrincipal, termination_id: UUID, *, now: datetime
) -> tuple[TerminationRow, MemberRows]:
    """Undo a termination that the caller has not asked for; twice is once. Raises NotFound and NotContestable."""
    async with turn_of(service, caller) as connection:
        await own_contract(connection, caller, now=now)  # whoever has none does not wait
        await members.lock_brand_briefly(connection, caller.brand)
        rows = await own_contract(connection, caller, now=now, lock=True)
        row = await terminations.find(connection, termination_id, brand=caller.brand)
        if row is None or row.member_id != rows.member.id:
            raise NotFound
        if row.state == "contested":
            return row, rows
        until = contestable_until(service, row)
        if until is None or now >= until:
            raise NotContestable
        rows = await _undo(service, connection, row, rows, now=now)
        await _tell(service, connection, row, rows, cause="contested", now=now)
        await add_step(service, connection, row.id, Step("contested", "member"), now=now)
        await terminations.close(connection, row.id, state="contested", now=now)
        return replace(row, state="contested", closed_at=now), rows


async def cancel_termination(
    service: Contracts, act: StaffAct, termination_id: UUID, *, now: datetime
) -> tuple[TerminationRow, MemberRows | None]:
    """Undo any request that is not undone yet, and record the deed. Raises NotFound, DataRestricted and TerminationClosed."""
    async with turn_of(service, act) as connection:
        await members.lock_brand_briefly(connection, act.brand)
        row = await terminations.find(connection, termination_id, brand=act.brand)
        if row is None:
            raise NotFound
        whose, rows = row.member_id, None
        if whose is not None:
            await refuse_if_restricted(service, connection, whose, member_id=whose, brand=act.brand, now=now)
        if row.state in CLOSED:
            raise TerminationClosed
        if whose is not None:
            rows = await load_member(connection, brand=act.brand, member_id=whose, lock=True)
        if rows is not None:
            rows = await _undo(service, connection, row, rows, now=now)
            await _tell(service, connection, row, rows, cause="cancelled", now=now)
        await add_step(service, connection, row.id, Step("cancelled", "staff"), now=now)
        await terminations.close(connection, row.id, state="cancelled", now=now)
        deed = act.deed(CANCELLED, object_id=row.id, member_id=row.member_id)
        await record_deed(service, connection, deed, now=now)
        return replace(row, state="cancelled", closed_at=now), rows


async def _undo(
    service: Contracts, connection: Connection, row: TerminationRow, rows: MemberRows, *, now: datetime
) -> MemberRows:
    if row.state != "registered":
        return rows
    end = await end_without(connection, rows, row.id)
    if end == rows.contract.end_date:
        return rows
    contract = replace(rows.contract, end_date=end)
    return await save_change(service, connection, replace(rows, contract=contract), now=now)


async def _tell(
    service: Contracts, connection: Connection, row: TerminationRow, rows: MemberRows, *, cause: Cause, now: datetime
) -> None:
    if row.state != "registered":
        return  # it had no effect: no notice of it was sent
    event = TerminationCancelled(
        version=CANCELLED_VERSION,
        member_id=rows.member.id,
        brand=row.brand,
        termination_id=row.id,
        cancelled_at=now,
        cause=cause,
        use="withdrawal" if row.motive == "withdrawal" else "termination",
        end_date=rows.contract.end_date,
    )
    await service.outbox.append(connection, event, event_id=service.entropy.new_id(), occurred_at=now)

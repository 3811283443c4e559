"""What became of requests: a member's own, and the back office's list. Reads terminations and termination_drafts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.access_tokens import MemberPrincipal
from service_kit.http.cursors import Position
from service_kit.http.problems import NotFound
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.termination.entry import Entry
from contracts_service.resources import Contracts
from contracts_service.store import termination_drafts, termination_records, terminations
from contracts_service.store.termination_records import StepRow
from contracts_service.store.terminations import TerminationRow
from contracts_service.usecases.data_rights import refuse_if_restricted
from contracts_service.usecases.draft_termination import OwnDraft, load_draft, own_contract
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.present_member import load_member
from contracts_service.usecases.record_deed import record_deed
from contracts_service.usecases.register_termination import open_evidence

VIEWED = "termination_viewed"


@dataclass(frozen=True)
class StaffView:
    """A request as the back office reads it: what was entered, what it came to, and every step."""

    row: TerminationRow
    entry: Entry
    steps: list[StepRow]
    rows: MemberRows | None


async def read_own_termination(
    service: Contracts, caller: MemberPrincipal, termination_id: UUID, *, now: datetime
) -> tuple[OwnDraft | TerminationRow, MemberRows]:
    """Return the caller's draft, or what became of a request about the caller's contract; raise NotFound."""
    async with service.database.transaction() as connection:
        rows = await own_contract(connection, caller, now=now)
        draft = await load_draft(service, connection, rows, termination_id, now=now)
        if draft is not None:
            return draft, rows
        row = await terminations.find(connection, termination_id, brand=caller.brand)
        if row is None or row.member_id != rows.member.id:
            raise NotFound
        return row, rows


async def list_own_terminations(
    service: Contracts, caller: MemberPrincipal, *, page: tuple[Position | None, int], now: datetime
) -> tuple[list[TerminationRow], MemberRows]:
    """Return requests about the caller's contract, newest first; `page` is where to begin, and how many."""
    before, limit = page
    async with service.database.connection() as connection:
        rows = await own_contract(connection, caller, now=now)
        return await terminations.of_member(connection, rows.member.id, before=before, limit=limit), rows


async def find_own_draft(
    service: Contracts, caller: MemberPrincipal, *, now: datetime
) -> tuple[MemberRows, UUID | None]:
    """Return the caller's contract, and the id of the open draft; raise NotFound."""
    async with service.database.connection() as connection:
        rows = await own_contract(connection, caller, now=now)
        return rows, await termination_drafts.find_id_of_member(connection, rows.member.id, now=now)


async def list_terminations(
    service: Contracts, brand: str, *, states: list[str], page: tuple[Position | None, int]
) -> list[TerminationRow]:
    """Return a brand's requests in `states`, newest first; nothing of them is opened."""
    before, limit = page
    async with service.database.connection() as connection:
        return await terminations.of_brand(connection, brand, states=states, before=before, limit=limit)


async def view_termination(service: Contracts, act: StaffAct, termination_id: UUID, *, now: datetime) -> StaffView:
    """Return a request with what was entered, and record the deed of looking; raise NotFound or DataRestricted."""
    async with service.database.transaction() as connection:
        row = await terminations.find(connection, termination_id, brand=act.brand)
        if row is None:
            raise NotFound
        rows = None
        if row.member_id is not None:
            whose = row.member_id
            await refuse_if_restricted(service, connection, whose, member_id=whose, brand=act.brand, now=now)
            rows = await load_member(connection, brand=act.brand, member_id=whose)
        await record_deed(service, connection, act.deed(VIEWED, object_id=row.id, member_id=row.member_id), now=now)
        entry, _ = open_evidence(service, row)
        return StaffView(row, entry, await termination_records.steps_of(connection, row.id), rows)

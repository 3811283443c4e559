"""The member confirms: this instant is the receipt (L221-10-3). Reads termination_drafts; writes what register_termination does.

Decided anew under the brand's lock: what would be done must be what was shown, or nothing is. Twice is once.
"""

from datetime import datetime
from uuid import UUID

from service_kit.access_tokens import MemberPrincipal
from service_kit.database import Connection
from service_kit.http.problems import NotFound

from contracts_service.domain.termination.errors import RecapChanged
from contracts_service.resources import Contracts
from contracts_service.store import members, termination_drafts, terminations
from contracts_service.store.terminations import TerminationRow
from contracts_service.usecases.draft_termination import OwnDraft, load_draft, own_contract
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.recognise_member import recognise_member
from contracts_service.usecases.register_termination import Evidence, keep_evidence, settle
from contracts_service.usecases.take_turns import turn_of
from contracts_service.usecases.termination_recap import shown


async def confirm_termination(
    service: Contracts, caller: MemberPrincipal, draft_id: UUID, *, recap_digest: str, now: datetime
) -> tuple[TerminationRow, MemberRows]:
    """Register the caller's draft as received `now`; return what it came to, also when it was confirmed before, and its contract.

    Raises NotFound; RecapChanged, with the draft as it stands now, when `recap_digest` is not the digest of the present recap.
    """
    async with turn_of(service, caller) as connection:
        await _find_any(connection, caller, draft_id, now=now)
        await members.lock_brand_briefly(connection, caller.brand)
        rows = await own_contract(connection, caller, now=now, lock=True)
        if (draft := await load_draft(service, connection, rows, draft_id, now=now)) is None:
            return await _confirmed_before(connection, rows, draft_id), rows
        if draft.preview.recap.digest.hex() != recap_digest:
            raise RecapChanged(shown(draft.preview))
        await _register(service, connection, rows, draft, now=now)
        registered = await _found(connection, draft_id, brand=caller.brand)
    service.foundation.wake.call()
    return registered, rows


async def _find_any(connection: Connection, caller: MemberPrincipal, draft_id: UUID, *, now: datetime) -> None:
    """Raise NotFound, without a wait, where there is nothing of the caller's that could be confirmed."""
    viewer = await recognise_member(connection, caller, now=now)
    if not await termination_drafts.is_there(connection, draft_id, member_id=viewer.member_id):
        row = await terminations.find(connection, draft_id, brand=viewer.brand)
        if row is None or row.member_id != viewer.member_id:
            raise NotFound


async def _register(
    service: Contracts, connection: Connection, rows: MemberRows, draft: OwnDraft, *, now: datetime
) -> None:
    evidence = Evidence(
        id=draft.row.id,
        brand=rows.member.brand,
        channel="member_online",
        received_at=now,
        entry=draft.entry,
        recap=draft.preview.recap,
        member_id=rows.member.id,
    )
    await keep_evidence(service, connection, evidence, now=now)
    received = await _found(connection, draft.row.id, brand=rows.member.brand)
    await settle(service, connection, rows, received, now=now)
    await termination_drafts.delete(connection, draft.row.id)


async def _confirmed_before(connection: Connection, rows: MemberRows, draft_id: UUID) -> TerminationRow:
    row = await terminations.find(connection, draft_id, brand=rows.member.brand)
    if row is None or row.member_id != rows.member.id or row.channel != "member_online":
        raise NotFound
    return row


async def _found(connection: Connection, termination_id: UUID, *, brand: str) -> TerminationRow:
    row = await terminations.find(connection, termination_id, brand=brand)
    assert row is not None  # written in this transaction
    return row

"""A member is about to end the contract: draft, edit, show. Reads members, contracts, renewal_notices; writes termination_drafts.

`http/terminations.py` → here → `confirm_termination.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from service_kit.access_tokens import MemberPrincipal
from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.http.preconditions import Seen
from service_kit.http.problems import InvalidRequest, NotFound

from contracts_service.domain.termination.entry import Entry
from contracts_service.domain.termination.entry_checks import entry_problems, offered_motives
from contracts_service.resources import Contracts
from contracts_service.store import termination_drafts
from contracts_service.store.termination_drafts import DraftRow
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.present_member import load_member
from contracts_service.usecases.recognise_viewer import recognise_viewer
from contracts_service.usecases.termination_recap import Preview, preview

Change = Callable[[Entry], Entry]


@dataclass(frozen=True)
class OwnDraft:
    """A member's draft, and what it would come to."""

    row: DraftRow
    entry: Entry
    preview: Preview


async def draft_termination(service: Contracts, caller: MemberPrincipal, entry: Entry, *, now: datetime) -> OwnDraft:
    """Keep `entry` as the caller's draft, in the place of an earlier one; raise NotFound and InvalidRequest."""
    check_entry(service, caller.brand, entry, now=now, signed_in=True)
    draft_id = service.entropy.new_id()
    async with service.database.transaction() as connection:
        rows = await own_contract(connection, caller, now=now)
        days = timedelta(days=service.brands[caller.brand].termination.draft_days)
        row = DraftRow(
            id=draft_id,
            brand=caller.brand,
            member_id=rows.member.id,
            secret_digest=None,
            version=1,
            entry_sealed=seal_entry(service, draft_id, entry),
            created_at=now,
            changed_at=now,
            lapses_at=now + days,
        )
        await termination_drafts.keep(connection, row)
        return OwnDraft(row, entry, await preview(service, connection, rows, entry, seen=(draft_id, now)))


async def edit_termination(
    service: Contracts, caller: MemberPrincipal, draft_id: UUID, change: Change, *, seen: tuple[Seen, datetime]
) -> OwnDraft:
    """Change the caller's draft; `seen` is what If-Match says, and now.

    Raises NotFound, ChangedMeanwhile when it is not the draft that was seen, and InvalidRequest.
    """
    matching, now = seen
    async with service.database.transaction() as connection:
        rows = await own_contract(connection, caller, now=now)
        found = await load_draft(service, connection, rows, draft_id, now=now)
        if found is None:
            raise NotFound
        matching.require(found.preview.recap.digest.hex())
        entry = change(found.entry)
        check_entry(service, caller.brand, entry, now=now, signed_in=True)
        row = replace(
            found.row,
            version=found.row.version + 1,
            entry_sealed=seal_entry(service, draft_id, entry),
            changed_at=now,
            lapses_at=now + timedelta(days=service.brands[caller.brand].termination.draft_days),
        )
        await termination_drafts.save(connection, row)
        return OwnDraft(row, entry, await preview(service, connection, rows, entry, seen=(draft_id, now)))


async def load_draft(
    service: Contracts, connection: Connection, rows: MemberRows, draft_id: UUID, *, now: datetime
) -> OwnDraft | None:
    """Return a member's own draft as it stands now, locked until the transaction ends."""
    row = await termination_drafts.find(connection, draft_id, brand=rows.member.brand, now=now)
    if row is None or row.member_id != rows.member.id:
        return None
    entry = open_entry(service, row)
    return OwnDraft(row, entry, await preview(service, connection, rows, entry, seen=(draft_id, now)))


async def own_contract(
    connection: Connection, caller: MemberPrincipal, *, now: datetime, lock: bool = False
) -> MemberRows:
    """Return the caller's own contract, locked as by `load_member`; raise NotFound for whoever is covered by somebody else's."""
    viewer = await recognise_viewer(connection, caller, now=now)
    if viewer.role != "member":
        raise NotFound
    rows = await load_member(connection, brand=viewer.brand, member_id=viewer.member_id, lock=lock)
    assert rows is not None  # the viewer was found by it
    return rows


def check_entry(service: Contracts, brand: str, entry: Entry, *, now: datetime, signed_in: bool) -> None:
    """Raise InvalidRequest with what is wrong with an entry."""
    today = civil_date(now)
    offered = offered_motives(service.brands[brand].termination, today=today, signed_in=signed_in)
    if problems := entry_problems(entry, offered=offered, today=today):
        raise InvalidRequest(fields=problems)


def seal_entry(service: Contracts, draft_id: UUID, entry: Entry) -> bytes:
    """Return an entry as it is kept."""
    return service.seals.termination_entry.seal(entry.model_dump_json().encode(), context=str(draft_id))


def open_entry(service: Contracts, row: DraftRow) -> Entry:
    """Return what was entered."""
    return Entry.model_validate_json(service.seals.termination_entry.open(row.entry_sealed, context=str(row.id)))

"""A signed-in person reads reimbursements: the own ones and those of whom the person may see. Reads the lines and their totals.

Code de la mutualité, L114-2: domain/viewer.py says whose they are, and nobody else's is ever read.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service_kit.access_tokens import MemberPrincipal
from service_kit.http.problems import NotFound

from contracts_service.domain.day_pages import DayPage
from contracts_service.domain.reimbursement_sums import Sums
from contracts_service.resources import Contracts
from contracts_service.store import shown_reimbursements
from contracts_service.store.shown_reimbursements import ShownReimbursement
from contracts_service.usecases.recognise_viewer import recognise_viewer


@dataclass(frozen=True)
class ReimbursementFilter:
    """Of which civil year of care, and of whom: all that the viewer may see, where none is named."""

    year: int | None
    person_id: UUID | None


@dataclass(frozen=True)
class ReimbursementPage:
    """One page, and one line more where others follow; `totals` are of the whole filter."""

    totals: Sums
    lines: list[ShownReimbursement]


async def read_reimbursements(
    service: Contracts, caller: MemberPrincipal, wanted: ReimbursementFilter, page: DayPage, *, now: datetime
) -> ReimbursementPage:
    """Return lines by day of care, the latest first; raise NotFound for a person whom the viewer may not see."""
    async with service.database.connection() as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        persons = list(viewer.sees)
        if wanted.person_id is not None:
            if wanted.person_id not in persons:
                raise NotFound
            persons = [wanted.person_id]
        found = await shown_reimbursements.page_of(connection, persons, page, year=wanted.year)
    return ReimbursementPage(*found)


async def read_reimbursement(
    service: Contracts, caller: MemberPrincipal, reimbursement_id: UUID, *, now: datetime
) -> list[ShownReimbursement]:
    """Return a line, then its former revisions, the highest first; raise NotFound where the line is not the viewer's to see."""
    async with service.database.connection() as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        found = await shown_reimbursements.with_revisions(connection, reimbursement_id, list(viewer.sees))
    if not found or found[0].replaced_at is not None:
        raise NotFound
    return found


async def read_yearly_counters(
    service: Contracts, caller: MemberPrincipal, year: int, *, now: datetime
) -> dict[UUID, Sums]:
    """Return every person whom the viewer may see, the own first → what lines of one year of care come to."""
    async with service.database.connection() as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        found = await shown_reimbursements.sums_of_year(connection, list(viewer.sees), year=year)
    return {person_id: found.get(person_id, Sums()) for person_id in viewer.sees}

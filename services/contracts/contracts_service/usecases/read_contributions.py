"""The member reads what the contract costs. Reads contributions and their totals."""

from dataclasses import dataclass
from datetime import datetime

from service_kit.access_tokens import MemberPrincipal
from service_kit.http.problems import NotFound

from contracts_service.domain.contribution_sums import ContributionSums
from contracts_service.domain.day_pages import DayPage
from contracts_service.resources import Contracts
from contracts_service.store import shown_contributions
from contracts_service.store.shown_contributions import ShownContribution
from contracts_service.usecases.recognise_viewer import recognise_viewer


@dataclass(frozen=True)
class ContributionPage:
    """One page, and one line more where others follow; `totals` are of the whole filter."""

    totals: ContributionSums
    lines: list[ShownContribution]


async def read_contributions(
    service: Contracts, caller: MemberPrincipal, page: DayPage, *, year: int | None, now: datetime
) -> ContributionPage:
    """Return contributions by due date, the latest first; raise NotFound for a beneficiary: the member owes them."""
    async with service.database.connection() as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        if viewer.role != "member":
            raise NotFound
        found = await shown_contributions.page_of(connection, viewer.contract_id, page, year=year)
    return ContributionPage(*found)

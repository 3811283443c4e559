"""Who is on a contract, for whoever may see that: all of it for the member, the own entry for a beneficiary. Reads only.

Called by `http/beneficiaries.py`, and by `usecases/search_members.py` for the staff.
"""

from dataclasses import dataclass
from datetime import date, datetime

from service_kit.access_tokens import MemberPrincipal
from service_kit.clock import civil_date
from service_kit.database import Connection

from contracts_service.domain.covered_person import CoveredPerson
from contracts_service.resources import Contracts
from contracts_service.store import contracts, people
from contracts_service.store.contracts import ContractRow
from contracts_service.usecases.recognise_viewer import recognise_viewer


@dataclass(frozen=True)
class ListedPerson:
    """A person with the first and the last day of the cover, and how the person stands on the day of the call."""

    person: CoveredPerson
    since: date
    until: date | None
    autonomous: bool
    lines_shown: bool


async def list_people(service: Contracts, caller: MemberPrincipal, *, now: datetime) -> list[ListedPerson]:
    """Return the people on the caller's contract whom the caller may know of, the member first; raise NotFound."""
    async with service.database.connection() as connection:
        viewer = await recognise_viewer(connection, caller, now=now)
        contract = await contracts.find(connection, viewer.member_id)
        found = await people_of(connection, contract, today=civil_date(now), seen=frozenset(viewer.sees))
    return [one for one in found if viewer.role == "member" or one.person.id == viewer.person_id]


async def people_of(
    connection: Connection, contract: ContractRow, *, today: date, seen: frozenset[object] = frozenset()
) -> list[ListedPerson]:
    """Return everybody on a contract; the lines of those in `seen` are shown to whoever asks."""
    known = await people.of_contract(connection, contract.id)
    (member,) = [one for one in known if one.is_member]
    return [
        ListedPerson(
            person=one,
            since=one.covered_from(effective_date=contract.effective_date, member_heard_at=member.heard_at),
            until=one.covered_until(end_date=contract.end_date),
            autonomous=one.autonomous_on(today),
            lines_shown=one.id in seen,
        )
        for one in known
    ]

"""POST /v1/{brand}/staff/members/search: who is on a contract, with the ids that other calls of the staff take.

→ `usecases/search_members.py`; each look is a deed.
"""

from datetime import date
from uuid import UUID

from pydantic import BaseModel
from service_kit.clock import civil_date
from service_kit.http.bodies import RequestBody
from service_kit.http.endpoints import Answer, Call, Endpoint, Staff
from service_kit.http.staff_reasons import Reason
from service_kit.personal import Personal
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.contract_status import ContractStatus, status_on
from contracts_service.domain.data_rights import DataRestricted
from contracts_service.http.beneficiaries import PersonAnswer
from contracts_service.resources import Contracts
from contracts_service.usecases.search_members import FoundMember, search_members

STAFF = Staff(("adviser", "back-office"))
DESCRIPTION = """The member and the people on the contract, those of today before the former ones; no social-security number. An
id of theirs is what the staff's calls about a beneficiary take, and identity's accounts know it as `member_id`. `lines_shown`
is false throughout: nothing of anybody's lines is shown here."""


class MemberSearch(RequestBody):
    """Whose contract: the membership number, and why it is looked for."""

    membership_number: Personal
    reason: Reason | None = None


class MemberAnswer(BaseModel):
    """A member and everybody on the contract, the member first."""

    member_id: UUID
    status: ContractStatus
    effective_date: date
    end_date: date | None
    people: list[PersonAnswer]


class FoundMembers(BaseModel):
    """Whoever has the number: nobody, or one."""

    items: list[MemberAnswer]
    next: str | None = None


async def search(call: Call[Contracts]) -> Answer:
    """Answer whose the number is."""
    body: MemberSearch = call.body
    act = StaffAct(call.brand, call.staff.subject, body.reason)
    found = await search_members(call.resources, act, membership_number=body.membership_number, now=call.now)
    return Answer(FoundMembers(items=[_shown(one, today=civil_date(call.now)) for one in found]))


def _shown(found: FoundMember, *, today: date) -> MemberAnswer:
    contract = found.contract
    return MemberAnswer(
        member_id=contract.member_id,
        status=status_on(today, effective_date=contract.effective_date, end_date=contract.end_date),
        effective_date=contract.effective_date,
        end_date=contract.end_date,
        people=[PersonAnswer.of(one) for one in found.people],
    )


ENDPOINTS = [
    Endpoint(
        "POST",
        "/v1/{brand}/staff/members/search",
        "search_members",
        "Find a member and the people on the contract by the membership number",
        search,
        STAFF,
        body=MemberSearch,
        answer=FoundMembers,
        problems=(DataRestricted,),
        description=" ".join(DESCRIPTION.split()),
    )
]

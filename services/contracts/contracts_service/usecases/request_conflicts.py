"""What stands against a new request about a beneficiary: somebody who is covered, a request like it, too many of them.

Reads only, under `beneficiary_requests.lock_member`. Numbers are never compared: they are not there to find doubles (CNIL).
"""

from datetime import datetime, timedelta

from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.http.problems import TooManyRequests

from contracts_service.domain.beneficiary_errors import (
    AlreadyCovered,
    ContractFull,
    ContractNotInForce,
    EmployerManages,
    RequestAlreadyOpen,
    TooManyOpenRequests,
)
from contracts_service.domain.beneficiary_rules import BeneficiaryRules
from contracts_service.domain.contract_status import status_on
from contracts_service.domain.enrolment_line import MOST_BENEFICIARIES
from contracts_service.domain.known_beneficiaries import KnownBeneficiary, is_same_person
from contracts_service.domain.request_states import OPEN
from contracts_service.store import beneficiary_requests
from contracts_service.store.beneficiaries import BeneficiaryRow
from contracts_service.store.beneficiary_requests import BeneficiaryRequest
from contracts_service.store.members import MemberRow
from contracts_service.usecases.member_rows import MemberRows

DAY = timedelta(hours=24)
COME_BACK_SECONDS = 3600


def check_contract(rows: MemberRows, rules: BeneficiaryRules, *, now: datetime) -> None:
    """Raise ContractNotInForce or EmployerManages where a contract's beneficiaries are not the member's to change."""
    contract = rows.contract
    today = civil_date(now)
    if status_on(today, effective_date=contract.effective_date, end_date=contract.end_date) != "in_force":
        raise ContractNotInForce
    if rules.employer_manages and contract.kind == "group_mandatory":
        raise EmployerManages


async def check_conflicts(
    connection: Connection, rows: MemberRows, new: BeneficiaryRequest, rules: BeneficiaryRules
) -> None:
    """Raise AlreadyCovered, RequestAlreadyOpen, TooManyOpenRequests, ContractFull or TooManyRequests."""
    unsettled = await beneficiary_requests.unsettled_of_member(connection, new.member_id)
    if new.change == "addition" and find_covered(rows, new) is not None:
        raise AlreadyCovered
    if any(_is_about_the_same(one, new) for one in unsettled):
        raise RequestAlreadyOpen
    if sum(one.state in OPEN for one in unsettled) >= rules.open_requests:
        raise TooManyOpenRequests
    additions = sum(one.change == "addition" for one in [new, *unsettled])
    if new.change == "addition" and len(rows.beneficiaries) + additions > MOST_BENEFICIARIES:
        raise ContractFull
    opened = await beneficiary_requests.opened_since(connection, new.member_id, since=new.created_at - DAY)
    if opened >= rules.requests_per_day:
        raise TooManyRequests(limit=rules.requests_per_day, retry_after=COME_BACK_SECONDS)


def find_covered(rows: MemberRows, request: BeneficiaryRequest) -> KnownBeneficiary | None:
    """Return the person of a request, beneficiary or member, if the contract covers them today."""
    wanted = person_of(request)
    known = [person_of(one) for one in rows.beneficiaries] + [_member(rows.member, birth_rank=request.birth_rank)]
    return next((one for one in known if is_same_person(one, wanted)), None)


def person_of(one: BeneficiaryRow | BeneficiaryRequest) -> KnownBeneficiary:
    """Return who a row is about, as people are recognised."""
    return KnownBeneficiary(one.id, one.birth_date, one.birth_rank, one.first_name, one.last_name)


def _member(member: MemberRow, *, birth_rank: int) -> KnownBeneficiary:
    return KnownBeneficiary(member.id, member.birth_date, birth_rank, member.first_name, member.last_name)


def _is_about_the_same(one: BeneficiaryRequest, new: BeneficiaryRequest) -> bool:
    if one.change != new.change:
        return False
    if new.change == "removal":
        return one.beneficiary_id == new.beneficiary_id
    return is_same_person(person_of(one), person_of(new))

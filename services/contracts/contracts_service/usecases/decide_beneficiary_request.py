"""The back office accepts or refuses a request about a beneficiary: once, whoever is first.

Reads and writes beneficiary_requests, supporting_documents, staff_deeds and the outbox; publishes beneficiary.accepted and
beneficiary.refused. An acceptance that holds already changes the contract in the same transaction (`apply_beneficiary_request`);
the documents' contents are gone in it, too.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.http.problems import ChangedMeanwhile, InvalidRequest, NotFound
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.beneficiary_eligibility import Cover, window_of_decision
from contracts_service.domain.beneficiary_errors import RequestIncomplete, RequestOver
from contracts_service.domain.birth_date import BirthDate
from contracts_service.domain.request_states import DECIDED
from contracts_service.resources import Contracts
from contracts_service.store import beneficiary_requests, contracts, members, supporting_documents
from contracts_service.store.beneficiary_requests import BeneficiaryRequest
from contracts_service.usecases.apply_beneficiary_request import apply_request, day_of_change
from contracts_service.usecases.read_beneficiary_requests import WholeRequest, whole
from contracts_service.usecases.record_deed import record_deed
from contracts_service.usecases.request_events import tell_acceptance, tell_refusal
from contracts_service.usecases.review_beneficiary_requests import refuse_if_anybody_is_restricted
from contracts_service.usecases.take_turns import turn_of


@dataclass(frozen=True)
class Acceptance:
    """From when on it holds: the first day of cover, or the last one."""

    effective_date: date


@dataclass(frozen=True, repr=False)
class Refusal:
    """Why not, in whole French sentences: the member reads them as they are."""

    reason: str


@dataclass(frozen=True)
class Decision:
    """What somebody of the staff decides about which request; `version` is the one that was looked at, if that is said."""

    request_id: UUID
    act: StaffAct
    verdict: Acceptance | Refusal
    version: int | None = None


async def decide_beneficiary_request(service: Contracts, decision: Decision, *, now: datetime) -> WholeRequest:
    """Decide a request that is complete, and return it; the same decision again changes nothing.

    Raises NotFound, DataRestricted, RequestOver (decided otherwise, taken back, closed), RequestIncomplete, ChangedMeanwhile and
    InvalidRequest.
    """
    brand = decision.act.brand
    async with turn_of(service, decision.act) as connection:
        if await beneficiary_requests.find_of_brand(connection, decision.request_id, brand=brand) is None:
            raise NotFound  # without a wait
        await members.lock_brand_briefly(
            connection, brand
        )  # before the request's own: an acceptance changes the member
        request = await beneficiary_requests.find_of_brand(connection, decision.request_id, brand=brand, lock=True)
        if request is None:
            raise NotFound
        await refuse_if_anybody_is_restricted(service, connection, request, now=now)
        if request.state in DECIDED and _is_the_same(service, request, decision.verdict):
            return (await whole(service, connection, [request]))[0]
        _check(request, decision)
        request = await _decide(service, connection, request, decision, now=now)
        await beneficiary_requests.save(connection, request)
        (found,) = await whole(service, connection, [request])
    service.foundation.wake.call()
    return found


def _is_the_same(service: Contracts, request: BeneficiaryRequest, verdict: Acceptance | Refusal) -> bool:
    if isinstance(verdict, Acceptance):
        return request.effective_date == verdict.effective_date
    sealed = request.refusal_sealed
    if sealed is None:
        return False
    return service.seals.request_refusal.open(sealed, context=str(request.id)) == verdict.reason.encode()


def _check(request: BeneficiaryRequest, decision: Decision) -> None:
    if request.state == "awaiting_documents":
        raise RequestIncomplete
    if request.state != "submitted":
        raise RequestOver
    if decision.version not in (None, request.version):
        raise ChangedMeanwhile


async def _decide(
    service: Contracts, connection: Connection, request: BeneficiaryRequest, decision: Decision, *, now: datetime
) -> BeneficiaryRequest:
    decided = replace(request, version=request.version + 1, decided_at=now, decided_by=decision.act.staff)
    if isinstance(decision.verdict, Acceptance):
        decided = await _accept(service, connection, decided, decision.verdict, now=now)
        kind = "beneficiary_request_accepted"
    else:
        decided = await _refuse(service, connection, decided, decision.verdict, now=now)
        kind = "beneficiary_request_refused"
    verdict: Literal["accepted", "refused"] = "accepted" if decided.state == "accepted" else "refused"
    await supporting_documents.delete_contents(connection, request.id, verdict=verdict, now=now)
    deed = decision.act.deed(kind, object_id=request.id, member_id=request.member_id)
    await record_deed(service, connection, deed, now=now)
    return decided


async def _accept(
    service: Contracts, connection: Connection, request: BeneficiaryRequest, verdict: Acceptance, *, now: datetime
) -> BeneficiaryRequest:
    day = verdict.effective_date
    contract = await contracts.find(connection, request.member_id)
    born = BirthDate(request.birth_date) if request.change == "addition" else None
    problem = window_of_decision(Cover(contract.effective_date, contract.end_date), born).problem(day)
    if problem is not None:
        raise InvalidRequest(fields=(problem,))
    holds_from = day_of_change(request, day)
    accepted = replace(request, state="accepted", effective_date=day, apply_on=holds_from)
    await tell_acceptance(service, connection, accepted, effective_date=day, now=now)
    if holds_from > civil_date(now):
        return accepted
    return await apply_request(service, connection, accepted, now=now)


async def _refuse(
    service: Contracts, connection: Connection, request: BeneficiaryRequest, verdict: Refusal, *, now: datetime
) -> BeneficiaryRequest:
    await tell_refusal(service, connection, request, reason=verdict.reason, now=now)
    sealed = service.seals.request_refusal.seal(verdict.reason.encode(), context=str(request.id))
    return replace(request, state="refused", refusal_sealed=sealed, nir_sealed=None)

"""A member asks that the contract covers somebody, or does not cover them any more.

Reads members, contracts and beneficiaries; writes beneficiary_requests and the outbox. Publishes beneficiary.requested at once
where no document is asked for; otherwise `receive_supporting_document` does, with the last one.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from service_kit.access_tokens import MemberPrincipal
from service_kit.clock import civil_date
from service_kit.field_problems import field_problems
from service_kit.http.problems import InvalidRequest, NotFound
from service_kit.problems import FieldProblem

from contracts_service.domain.beneficiary_eligibility import (
    Asked,
    Cover,
    age_problem,
    asked_for_addition,
    asked_for_removal,
    is_newborn,
    window_of_addition,
    window_of_removal,
)
from contracts_service.domain.beneficiary_rules import BeneficiaryRules, Change
from contracts_service.domain.beneficiary_wish import Addition, Removal, Wish, day_of, read_wish
from contracts_service.domain.enrolment_fields import Reading
from contracts_service.resources import Contracts
from contracts_service.store import beneficiary_requests
from contracts_service.store.beneficiaries import BeneficiaryRow
from contracts_service.store.beneficiary_requests import BeneficiaryRequest
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.present_member import load_member
from contracts_service.usecases.read_beneficiary_requests import WholeRequest
from contracts_service.usecases.recognise_member import recognise_member
from contracts_service.usecases.request_conflicts import check_conflicts, check_contract
from contracts_service.usecases.request_events import tell_submission

NOT_COVERED = FieldProblem(
    "beneficiary_id", "beneficiary-not-covered", "Votre contrat ne couvre personne sous cet identifiant."
)


@dataclass(frozen=True)
class _Asking:
    """Who asks, about which contract, when, and under which rules."""

    service: Contracts
    rows: MemberRows
    rules: BeneficiaryRules
    now: datetime

    @property
    def today(self) -> date:
        return civil_date(self.now)

    @property
    def cover(self) -> Cover:
        return Cover(self.rows.contract.effective_date, self.rows.contract.end_date)


async def request_beneficiary(
    service: Contracts, caller: MemberPrincipal, change: Change, given: dict[str, Any], *, now: datetime
) -> WholeRequest:
    """Open a request and return it with the documents that are asked for.

    Raises NotFound for whoever is not the member, InvalidRequest, and what `request_conflicts` raises.
    """
    rules = service.brands[caller.brand].beneficiaries
    async with service.database.transaction() as connection:
        viewer = await recognise_member(connection, caller, now=now)
        await beneficiary_requests.lock_member(connection, viewer.member_id)
        rows = await load_member(connection, brand=viewer.brand, member_id=viewer.member_id)
        if rows is None:
            raise NotFound
        check_contract(rows, rules, now=now)
        request = _request(_Asking(service, rows, rules, now), change, given)
        await check_conflicts(connection, rows, request, rules)
        await beneficiary_requests.add(connection, request)
        if request.state == "submitted":
            await tell_submission(service, connection, request, now=now)
    service.foundation.wake.call()
    return WholeRequest(request, {})


def _request(asking: _Asking, change: Change, given: dict[str, Any]) -> BeneficiaryRequest:
    wish = _wish(asking, change, given)
    if isinstance(wish, Addition):
        return _addition(asking, wish)
    return _removal(asking, wish)


def _wish(asking: _Asking, change: Change, given: dict[str, Any]) -> Wish:
    numbers = asking.service.brands[asking.rows.member.brand].numbers
    try:
        return read_wish(change, given, Reading(numbers, asking.today))
    except ValidationError as error:
        raise InvalidRequest(fields=field_problems(error)) from None


def _addition(asking: _Asking, wish: Addition) -> BeneficiaryRequest:
    rules, today = asking.rules, asking.today
    day = day_of(wish, newborn=is_newborn(wish.birth_date, rules, today=today), today=today)
    day = day if wish.effective_date is not None else max(day, asking.cover.effective_date)
    _refuse(
        age_problem(wish, rules, day=day),
        window_of_addition(wish, rules, asking.cover, today=today).problem(day),
    )
    request_id = asking.service.entropy.new_id()
    new = _Person(None, wish.relation, wish.first_name, wish.last_name, wish.birth_date.text, wish.birth_rank)
    request = _row(asking, "addition", request_id, new, day=day, asked=asked_for_addition(wish, rules, day=day))
    if wish.nir is None:
        return request
    sealed = asking.service.seals.requested_nir.seal(wish.nir.number13.encode(), context=str(request_id))
    return replace(request, nir_sealed=sealed)


def _removal(asking: _Asking, wish: Removal) -> BeneficiaryRequest:
    found = next((one for one in asking.rows.beneficiaries if one.id == wish.beneficiary_id), None)
    window = window_of_removal(wish.cause, asking.rules, asking.cover, today=asking.today)
    _refuse(None if found else NOT_COVERED, window.problem(wish.effective_date))
    assert found is not None
    request_id, asked = asking.service.entropy.new_id(), asked_for_removal(wish, asking.rules)
    request = _row(asking, "removal", request_id, _Person.of(found), day=wish.effective_date, asked=asked)
    return replace(request, cause=wish.cause)


def _refuse(*problems: FieldProblem | None) -> None:
    if found := tuple(one for one in problems if one is not None):
        raise InvalidRequest(fields=found)


@dataclass(frozen=True)
class _Person:
    beneficiary_id: UUID | None
    relation: Any
    first_name: str | None
    last_name: str
    birth_date: str
    birth_rank: int

    @classmethod
    def of(cls, row: BeneficiaryRow) -> "_Person":
        return cls(row.id, row.relation, row.first_name, row.last_name, row.birth_date, row.birth_rank)


def _row(
    asking: _Asking, change: Change, request_id: UUID, person: _Person, *, day: date, asked: list[Asked]
) -> BeneficiaryRequest:
    complete = not any(one.required for one in asked)
    return BeneficiaryRequest(
        id=request_id,
        member_id=asking.rows.member.id,
        brand=asking.rows.member.brand,
        version=1,
        change=change,
        state="submitted" if complete else "awaiting_documents",
        **vars(person),
        nir_sealed=None,
        cause=None,
        asked=[vars(one) for one in asked],
        requested_date=day,
        effective_date=None,
        apply_on=None,
        created_at=asking.now,
        submitted_at=asking.now if complete else None,
        decided_at=None,
        decided_by=None,
        refusal_sealed=None,
        closed_at=None,
        applied_at=None,
    )

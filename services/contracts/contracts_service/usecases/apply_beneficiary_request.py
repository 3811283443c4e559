"""What was accepted becomes true of the contract: at once, or on the day that was decided.

Reads and writes members, contracts, beneficiaries, beneficiary_requests and the outbox; publishes member.changed, hence the new
card, and beneficiary.added. The people are the member's choice from now on: a file that repeats what it said does not undo
it (ADR 0012). A request that cannot be applied is put off to the next day, so that it holds up nobody behind it.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from service_kit.clock import civil_date
from service_kit.database import Connection

from contracts_service.domain.autonomy import autonomous_from
from contracts_service.domain.birth_date import BirthDate
from contracts_service.domain.known_beneficiaries import recognise
from contracts_service.domain.social_security_number import SocialSecurityNumber
from contracts_service.resources import Contracts
from contracts_service.store import beneficiaries, beneficiary_requests, members, request_queues
from contracts_service.store.beneficiaries import BeneficiaryRow
from contracts_service.store.beneficiary_requests import BeneficiaryRequest
from contracts_service.store.request_queues import DueRequest
from contracts_service.usecases.chosen_parts import chosen_with
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.present_member import load_member, save_change
from contracts_service.usecases.request_conflicts import find_covered, person_of
from contracts_service.usecases.request_events import tell_addition
from contracts_service.usecases.tell_left_out import tell_left_out

ROUND = 20
LOOP = "beneficiary_requests"

log = structlog.get_logger()


async def apply_due_requests(service: Contracts) -> int:
    """Apply accepted requests whose day has come, a transaction each; return how many were looked at."""
    now = service.foundation.clock.now()
    async with service.database.connection() as connection:
        due = await request_queues.due_to_apply(connection, today=civil_date(now), limit=ROUND)
    for one in due:
        try:
            await _apply_one(service, one, now=now)
        except Exception as error:
            tell_left_out(LOOP, error, request_id=str(one.id))
            await _put_off(service, one, now=now)
    if due:
        service.foundation.wake.call()
    return len(due)


async def _apply_one(service: Contracts, due: DueRequest, *, now: datetime) -> None:
    async with service.database.transaction() as connection:
        await members.lock_brand(connection, due.brand)
        request = await beneficiary_requests.find_of_brand(connection, due.id, brand=due.brand, lock=True)
        if request is not None and request.apply_on is not None:  # nobody else has done it meanwhile
            await beneficiary_requests.save(connection, await apply_request(service, connection, request, now=now))


async def _put_off(service: Contracts, due: DueRequest, *, now: datetime) -> None:
    async with service.database.transaction() as connection:
        await request_queues.put_off(connection, due.id, until=civil_date(now) + timedelta(days=1))


def day_of_change(request: BeneficiaryRequest, effective_date: date) -> date:
    """Return from which day on the contract says it: the first day of cover, or the one after the last day."""
    return effective_date if request.change == "addition" else effective_date + timedelta(days=1)


async def apply_request(
    service: Contracts, connection: Connection, request: BeneficiaryRequest, *, now: datetime
) -> BeneficiaryRequest:
    """Change the contract as an accepted request says, under the brand's lock; return the request, to be saved.

    Where a file has brought the same news before, nothing is left to be changed; cover that would begin after the contract's last
    day never does: the request lapses.
    """
    rows = await load_member(connection, brand=request.brand, member_id=request.member_id, lock=True)
    assert rows is not None  # the request refers to it
    if _begins_too_late(rows, request):
        return _lapsed(request, now=now)
    beneficiary_id = request.beneficiary_id
    if request.change == "removal":
        await _remove(service, connection, rows, request, now=now)
    elif (covered := find_covered(rows, request)) is not None:
        beneficiary_id = covered.id
    else:
        beneficiary_id = await _add(service, connection, rows, request, now=now)
    log.info("beneficiary_request_applied", request_id=str(request.id), change=request.change)
    return replace(request, beneficiary_id=beneficiary_id, nir_sealed=None, apply_on=None, applied_at=now)


def _begins_too_late(rows: MemberRows, request: BeneficiaryRequest) -> bool:
    last_day, first_day = rows.contract.end_date, request.effective_date
    if request.change != "addition" or last_day is None or first_day is None:
        return False
    return last_day < first_day


def _lapsed(request: BeneficiaryRequest, *, now: datetime) -> BeneficiaryRequest:
    """Return an accepted request that came to nothing; who accepted it, and when, is in the journal of deeds."""
    log.info("beneficiary_request_lapsed", request_id=str(request.id), state=request.state)
    nothing_left = replace(request, nir_sealed=None, apply_on=None, effective_date=None, decided_at=None)
    return replace(nothing_left, state="lapsed", version=request.version + 1, closed_at=now)


async def _remove(
    service: Contracts, connection: Connection, rows: MemberRows, request: BeneficiaryRequest, *, now: datetime
) -> None:
    people = [one for one in rows.beneficiaries if one.id != request.beneficiary_id]
    if len(people) < len(rows.beneficiaries):
        await _save(service, connection, rows, people, now=now)


async def _add(
    service: Contracts, connection: Connection, rows: MemberRows, request: BeneficiaryRequest, *, now: datetime
) -> UUID:
    known = (await beneficiaries.known_of(connection, [rows.contract.id]))[rows.contract.id]
    (back,) = recognise(known, [person_of(request)])  # whoever was on the contract before is the same person
    added = _row(service, rows, request, beneficiary_id=back or service.entropy.new_id())
    if back is not None and (number := await beneficiaries.number_of(connection, back)) is not None:
        added = replace(added, nir_sealed=number.sealed, nir_digest=number.digest)  # a request without one erases none
    saved = await _save(service, connection, rows, [*rows.beneficiaries, added], now=now)
    await tell_addition(
        service, connection, request, beneficiary_id=added.id, member_version=saved.member.version, now=now
    )
    return added.id


async def _save(
    service: Contracts, connection: Connection, rows: MemberRows, people: list[BeneficiaryRow], *, now: datetime
) -> MemberRows:
    member = replace(rows.member, chosen=chosen_with(service.seals, rows, "beneficiaries"))
    return await save_change(service, connection, MemberRows(member, rows.contract, people), now=now)


def _row(service: Contracts, rows: MemberRows, request: BeneficiaryRequest, *, beneficiary_id: UUID) -> BeneficiaryRow:
    seals, number = service.seals, None
    if request.nir_sealed is not None:
        opened = seals.requested_nir.open(request.nir_sealed, context=str(request.id))
        number = SocialSecurityNumber(opened.decode())
    return BeneficiaryRow(
        id=beneficiary_id,
        contract_id=rows.contract.id,
        place=max((one.place for one in rows.beneficiaries), default=-1) + 1,
        first_name=request.first_name,
        last_name=request.last_name,
        birth_date=request.birth_date,
        birth_rank=request.birth_rank,
        relation=request.relation,
        nir_sealed=(
            None
            if number is None
            else seals.beneficiary_nir.seal(number.number13.encode(), context=str(beneficiary_id))
        ),
        nir_digest=None if number is None else seals.nir_digest(request.brand, number),
        autonomous_from=autonomous_from(BirthDate(request.birth_date)),
    )

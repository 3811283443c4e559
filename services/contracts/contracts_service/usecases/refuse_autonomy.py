"""The back office records that a beneficiary has refused autonomy, or has taken that back (code de la mutualité, L114-2).

Reads beneficiaries; writes beneficiaries, autonomy_changes and staff_deeds. The refusal is the person's own: what proves it is
kept with it, and the member's word is no proof.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.http.problems import InvalidRequest, NotFound
from service_kit.personal import Personal
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.autonomy_errors import BEFORE_16, IN_FUTURE, NoAutonomyRefusal
from contracts_service.resources import Contracts
from contracts_service.store import autonomy
from contracts_service.store.autonomy import HeldBeneficiary
from contracts_service.usecases.data_rights import refuse_if_restricted
from contracts_service.usecases.record_autonomy import Said, record_autonomy
from contracts_service.usecases.record_deed import record_deed


@dataclass(frozen=True)
class Refusal:
    """The day of a refusal, and the reference of the document that proves it."""

    refused_on: date
    proof: Personal


async def refuse_autonomy(
    service: Contracts, beneficiary_id: UUID, refusal: Refusal, act: StaffAct, *, now: datetime
) -> None:
    """Record a refusal, also in the place of a former one; raise NotFound, DataRestricted, or InvalidRequest for a wrong day."""
    async with service.database.transaction() as connection:
        person = await _hold(service, connection, beneficiary_id, act, now=now)
        if refusal.refused_on > civil_date(now):
            raise InvalidRequest(fields=(IN_FUTURE,))
        if refusal.refused_on < person.autonomous_from:
            raise InvalidRequest(fields=(BEFORE_16,))
        said = Said(refusal.refused_on, "staff", refusal.proof)
        await record_autonomy(service, connection, person.id, said, now=now)
        await _record(service, connection, "autonomy_refusal_recorded", person, act, now=now)
    service.foundation.wake.call()


async def withdraw_refusal(service: Contracts, beneficiary_id: UUID, act: StaffAct, *, now: datetime) -> None:
    """Record that a refusal was taken back; raise NotFound, DataRestricted, NoAutonomyRefusal."""
    async with service.database.transaction() as connection:
        person = await _hold(service, connection, beneficiary_id, act, now=now)
        if person.refused_on is None:
            raise NoAutonomyRefusal
        await record_autonomy(service, connection, person.id, Said(None, "staff"), now=now)
        await _record(service, connection, "autonomy_refusal_withdrawn", person, act, now=now)
    service.foundation.wake.call()


async def _hold(
    service: Contracts, connection: Connection, beneficiary_id: UUID, act: StaffAct, *, now: datetime
) -> HeldBeneficiary:
    person = await autonomy.hold(connection, brand=act.brand, beneficiary_id=beneficiary_id)
    if person is None:
        raise NotFound
    await refuse_if_restricted(service, connection, person.id, member_id=person.member_id, brand=act.brand, now=now)
    return person


async def _record(
    service: Contracts, connection: Connection, kind: str, person: HeldBeneficiary, act: StaffAct, *, now: datetime
) -> None:
    await record_deed(service, connection, act.deed(kind, object_id=person.id, member_id=person.member_id), now=now)

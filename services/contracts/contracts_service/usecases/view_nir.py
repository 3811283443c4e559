"""A full social-security number is shown to somebody of the staff, who says why: no deed, no number.

Reads members or beneficiaries and staff_deeds; writes staff_deeds. Loi 78-17, art. 30, and décret 2019-341: only who needs the
number for the contract's business may read it, and who did must be known.
"""

import math
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from service_kit.database import Connection
from service_kit.http.problems import NotFound, TooManyRequests
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.social_security_number import SocialSecurityNumber
from contracts_service.resources import Contracts
from contracts_service.store import nir_views
from contracts_service.store.nir_views import KIND, SealedNumber
from contracts_service.usecases.data_rights import refuse_if_restricted
from contracts_service.usecases.record_deed import record_deed

Whose = Literal["member", "beneficiary"]
HOUR = timedelta(hours=1)


async def view_nir(
    service: Contracts, whose: Whose, person_id: UUID, *, act: StaffAct, now: datetime
) -> SocialSecurityNumber:
    """Return a person's number and record that `act.staff` saw it.

    Raises NotFound where the brand has no such person, or the person no number of the own; DataRestricted;
    TooManyRequests when this member of the staff has seen as many within the hour as the brand allows.
    """
    async with service.database.transaction() as connection:
        await _check_rate(service, connection, act, now=now)
        found = await _find(connection, whose, person_id, brand=act.brand)
        if found is None:
            raise NotFound
        await refuse_if_restricted(
            service, connection, found.person_id, member_id=found.member_id, brand=act.brand, now=now
        )
        cipher = service.seals.member_nir if whose == "member" else service.seals.beneficiary_nir
        number = SocialSecurityNumber(cipher.open(found.nir_sealed, context=str(found.person_id)).decode())
        deed = act.deed(KIND, object_id=found.person_id, member_id=found.member_id)
        await record_deed(service, connection, deed, now=now)
    return number


async def _find(connection: Connection, whose: Whose, person_id: UUID, *, brand: str) -> SealedNumber | None:
    if whose == "member":
        return await nir_views.find_of_member(connection, brand=brand, member_id=person_id)
    return await nir_views.find_of_beneficiary(connection, brand=brand, beneficiary_id=person_id)


async def _check_rate(service: Contracts, connection: Connection, act: StaffAct, *, now: datetime) -> None:
    most = service.brands[act.brand].nir_views.most_an_hour
    await nir_views.lock_staff(connection, brand=act.brand, staff=act.staff)
    seen = await nir_views.seen_since(connection, brand=act.brand, staff=act.staff, since=now - HOUR)
    if len(seen) >= most:
        free_at = seen[-most] + HOUR
        raise TooManyRequests(limit=most, retry_after=max(1, math.ceil((free_at - now).total_seconds())))

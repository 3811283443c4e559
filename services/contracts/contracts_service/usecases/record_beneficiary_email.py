"""The back office records a beneficiary's own e-mail address: identity welcomes the account there.

Reads members and beneficiaries; writes beneficiaries and staff_deeds. `tell_autonomous_beneficiaries` tells it. An address that
somebody else of the household reads would give the account to that person: one that we know to be another's is refused.
"""

from datetime import datetime
from uuid import UUID

from service_kit.clock import civil_date
from service_kit.http.problems import InvalidRequest, NotFound
from service_kit.personal import Personal
from service_kit.problems import FieldProblem
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.autonomy_errors import OF_ANOTHER, NotAutonomous
from contracts_service.domain.email_address import EmailAddressError, normalise_email_address
from contracts_service.domain.line_problems import TEXTS
from contracts_service.domain.present_email import comparable_email
from contracts_service.resources import Contracts
from contracts_service.store import autonomy
from contracts_service.usecases.data_rights import refuse_if_restricted
from contracts_service.usecases.record_deed import record_deed


async def record_beneficiary_email(
    service: Contracts, beneficiary_id: UUID, email: Personal | None, act: StaffAct, *, now: datetime
) -> None:
    """Let `email`, or none, be a beneficiary's own address; raise NotFound, DataRestricted, NotAutonomous, InvalidRequest."""
    async with service.database.transaction() as connection:
        person = await autonomy.hold(connection, brand=act.brand, beneficiary_id=beneficiary_id)
        if person is None:
            raise NotFound
        whose, brand = person.member_id, act.brand
        await refuse_if_restricted(service, connection, person.id, member_id=whose, brand=brand, now=now)
        if person.autonomous_from > civil_date(now) or person.refused_on is not None:
            raise NotAutonomous
        address = None if email is None else _normalised(email)
        others = {comparable_email(other) for other in await autonomy.other_emails(connection, person)}
        if address is not None and comparable_email(address) in others:
            raise InvalidRequest(fields=(OF_ANOTHER,))
        await autonomy.save_email(connection, person.id, address)
        deed = act.deed("beneficiary_email_recorded", object_id=person.id, member_id=person.member_id)
        await record_deed(service, connection, deed, now=now)
    service.foundation.wake.call()


def _normalised(email: Personal) -> str:
    try:
        return normalise_email_address(email.reveal())
    except EmailAddressError as error:
        raise InvalidRequest(fields=(FieldProblem("email", error.code, TEXTS[error.code]),)) from None

"""Where somebody's data stand: asked to be erased, restricted, or neither. Reads contracts and data_requests.

Every call of the staff that shows or changes a person begins with `refuse_if_restricted` (GDPR art. 18). What does not is in
the table of tests/contracts/http/test_restricted_people.py, with its reason: what somebody wants of us by right or by law (a
termination that was received, the notice of a renewal) is noted all the same, and files keep the contract true.
"""

from datetime import datetime
from uuid import UUID

from service_kit.clock import civil_date
from service_kit.database import Connection

from contracts_service.domain.data_rights import DataRestricted, DataRights
from contracts_service.domain.retention import keeping_of
from contracts_service.resources import Contracts
from contracts_service.store import contracts, data_requests


async def data_rights_of(
    service: Contracts, connection: Connection, person_id: UUID, *, member_id: UUID, brand: str
) -> DataRights:
    """Return where the data of a person on a member's contract stand."""
    asked = await data_requests.open_of(connection, person_id)
    end_date = (await contracts.find(connection, member_id)).end_date
    policy = service.brands[brand]
    keeping = None
    if end_date is not None:
        keeping = keeping_of(end_date, read_only_years=policy.read_only_years, rules=policy.retention)
    return DataRights(keeping, asked.get("erasure"), asked.get("restriction"))


async def refuse_if_restricted(
    service: Contracts, connection: Connection, person_id: UUID, *, member_id: UUID, brand: str, now: datetime
) -> None:
    """Raise DataRestricted where nobody may work with a person's data."""
    rights = await data_rights_of(service, connection, person_id, member_id=member_id, brand=brand)
    if rights.restricted_on(civil_date(now)):
        raise DataRestricted(person_id)

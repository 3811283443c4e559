"""Every call of a signed-in person begins here: who it is, and whose lines the person may see. Reads members, beneficiaries."""

from datetime import datetime

from service_kit.access_tokens import MemberPrincipal
from service_kit.clock import civil_date
from service_kit.database import Connection
from service_kit.http.problems import NotFound

from contracts_service.domain.viewer import Viewer
from contracts_service.store import viewers


async def recognise_viewer(connection: Connection, caller: MemberPrincipal, *, now: datetime) -> Viewer:
    """Return who calls; raise NotFound when the brand has no such member, or the beneficiary is not autonomous (any more)."""
    viewer = await viewers.find(connection, brand=caller.brand, person_id=caller.member_id, today=civil_date(now))
    if viewer is None:
        raise NotFound
    return viewer

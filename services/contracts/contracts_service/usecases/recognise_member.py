"""Calls that only the member has: whom a contract covers is the member's to ask for. Reads members and beneficiaries."""

from datetime import datetime

from service_kit.access_tokens import MemberPrincipal
from service_kit.database import Connection
from service_kit.http.problems import NotFound

from contracts_service.domain.viewer import Viewer
from contracts_service.usecases.recognise_viewer import recognise_viewer


async def recognise_member(connection: Connection, caller: MemberPrincipal, *, now: datetime) -> Viewer:
    """Return the member who calls; raise NotFound for everybody else, beneficiaries included.

    NotFound and not Forbidden: of a contract that is not theirs, beneficiaries do not learn what its member can do.
    """
    viewer = await recognise_viewer(connection, caller, now=now)
    if viewer.role != "member":
        raise NotFound
    return viewer

"""Calls that change members take turns: one of a person at a time, and never more than half of the process's connections.

Every use case of a call that takes the lock of a brand's members begins here, looks for what it is about, and then takes
`members.lock_brand_briefly`. Imports and the background take the lock as it comes (`members.lock_brand`).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service_kit.access_tokens import MemberPrincipal
from service_kit.database import Connection
from service_kit.staff_deeds import StaffAct

from contracts_service.resources import Contracts


@asynccontextmanager
async def turn_of(service: Contracts, caller: MemberPrincipal | StaffAct | str) -> AsyncIterator[Connection]:
    """Lend a connection in one transaction; a text is the brand of a program that tells members.

    Raises TemporarilyUnavailable where the caller's turn does not come soon enough.
    """
    async with service.turns.turn_of_person(_name(caller)), service.database.transaction() as connection:
        yield connection


def _name(caller: MemberPrincipal | StaffAct | str) -> str:
    if isinstance(caller, MemberPrincipal):
        return f"person {caller.member_id}"
    return f"brand {caller}" if isinstance(caller, str) else f"staff {caller.brand} {caller.staff}"

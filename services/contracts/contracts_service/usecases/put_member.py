"""A back office tells one member. Reads and writes what `save_members` does; publishes member.enrolled or member.changed."""

from datetime import datetime
from typing import Literal

from contracts_service.domain.enrolment_line import EnrolmentLine
from contracts_service.resources import Contracts
from contracts_service.store import members
from contracts_service.usecases.save_members import save_members
from contracts_service.usecases.saved_lines import NumberedLine
from contracts_service.usecases.take_turns import turn_of

Outcome = Literal["enrolled", "changed", "unchanged"]


async def put_member(service: Contracts, line: EnrolmentLine, *, brand: str, now: datetime) -> Outcome:
    """Enrol the member whom `line` tells, or change the one that is known, as a line of a file would."""
    number = line.membership_number
    async with turn_of(service, brand) as connection:
        await members.lock_brand_briefly(connection, brand)  # so that no file brings the same member in between
        known = await members.find_all(connection, brand=brand, membership_numbers=[number])
        saved = await save_members(service, connection, brand=brand, lines=[NumberedLine(1, line)], now=now)
    service.foundation.wake.call()
    if not saved.accepted:
        return "unchanged"
    return "changed" if number in known else "enrolled"

"""Which lines of a file tell somebody whose data have left already: they do not bring them back. Reads purged_members.

A digest under a former data key is written anew when a file tells its member: it cannot be computed otherwise.
"""

from service_kit.database import Connection

from contracts_service.domain.enrolment_line import EnrolmentLine
from contracts_service.resources import Contracts
from contracts_service.store import purges


async def numbers_that_left(
    service: Contracts, connection: Connection, *, brand: str, lines: list[EnrolmentLine]
) -> set[str]:
    """Return the membership numbers of `lines` about contracts that had ended when their member's data left.

    A line that tells of a later end, or of none, is of somebody who has come back: a new member.
    """
    ended = [(line, line.contract.end_date) for line in lines if line.contract.end_date is not None]
    if not ended:
        return set()
    marks = {
        line.membership_number: service.seals.purged_number_marks(brand, line.membership_number) for line, _ in ended
    }
    left = await purges.have_left(
        connection, brand=brand, number_digests=[one for every in marks.values() for one in every]
    )
    stale = {mark: current for current, *former in marks.values() for mark in former if mark in left}
    if stale:
        await purges.renew_numbers(connection, brand=brand, renewed=stale)
    return {
        line.membership_number
        for line, end_date in ended
        for mark in marks[line.membership_number]
        if mark in left and end_date <= left[mark]
    }

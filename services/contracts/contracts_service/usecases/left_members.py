"""Which lines of a file tell somebody whose data have left already: they do not bring them back. Reads purged_members."""

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
    seals = service.seals
    ended = [(line, line.contract.end_date) for line in lines if line.contract.end_date is not None]
    if not ended:
        return set()
    digests = {line.membership_number: seals.purged_numbers.all_of(brand, line.membership_number) for line, _ in ended}
    left = await purges.have_left(
        connection, brand=brand, number_digests=[one for all_of in digests.values() for one in all_of]
    )
    return {
        line.membership_number
        for line, end_date in ended
        for digest in digests[line.membership_number]
        if digest in left and end_date <= left[digest]
    }

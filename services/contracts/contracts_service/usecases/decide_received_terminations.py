"""Behind the answer: who has sent what came without an account, and what it comes to.

Reads terminations and members; writes what register_termination does. A request of which nobody is recognised waits for an
adviser: it was received all the same. So does what holds by nothing but a day that was typed (`domain/termination/proof.py`).
"""

from uuid import UUID

import structlog
from service_kit.database import Connection, is_unavailable

from contracts_service.domain.termination.entry import Entry
from contracts_service.domain.termination.identification import is_same_person
from contracts_service.domain.termination.proof import needs_proof
from contracts_service.resources import Contracts
from contracts_service.store import members, terminations
from contracts_service.store.terminations import TerminationRow
from contracts_service.usecases.answer_termination import answer_termination
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.present_member import load_member
from contracts_service.usecases.register_termination import Step, add_step, open_evidence, settle
from contracts_service.usecases.termination_recap import grounds_of

log = structlog.get_logger()


async def decide_received_terminations(service: Contracts) -> int:
    """Decide the request that has waited longest, in one transaction; return how many there were: one or none.

    One that cannot be decided is set aside for a person, so that the others do not wait for it.
    """
    async with service.database.connection() as connection:
        found = await terminations.next_to_decide(connection)
    if found is None:
        return 0
    termination_id, brand = found
    try:
        await _decide(service, termination_id, brand)
    except Exception as error:
        if is_unavailable(error):
            raise
        log.error("termination_not_decided", termination_id=str(termination_id), exc_info=error)
        async with service.database.transaction() as connection:
            await terminations.set_aside(connection, termination_id)
    return 1


async def _decide(service: Contracts, termination_id: UUID, brand: str) -> None:
    now = service.foundation.clock.now()
    async with service.database.transaction() as connection:
        await members.lock_brand(connection, brand)
        row = await terminations.find(connection, termination_id, brand=brand)
        if row is None or row.state != "received":
            return  # another worker was quicker
        entry, _ = open_evidence(service, row)
        rows = await _recognise(connection, row, entry)
        if rows is None or await is_to_be_proved(service, connection, rows, row):
            await terminations.set_aside(connection, row.id)
            return
        await add_step(service, connection, row.id, Step("identified", "service"), now=now)
        decision = await settle(service, connection, rows, row, now=now)
        await answer_termination(service, connection, row, (rows, decision), now=now)


async def is_to_be_proved(
    service: Contracts, connection: Connection, rows: MemberRows, termination: TerminationRow
) -> bool:
    """Tell whether a person looks at a proof before the request counts for the contract of `rows`."""
    entry, _ = open_evidence(service, termination)
    grounds = await grounds_of(service, connection, rows)
    return needs_proof(entry.request(), grounds, received_at=termination.received_at)


async def _recognise(connection: Connection, row: TerminationRow, entry: Entry) -> MemberRows | None:
    stated = entry.person
    assert stated is not None  # whoever has not signed in says who it is
    number = stated.membership_number
    known = await members.find_all(connection, brand=row.brand, membership_numbers=[number])
    if number not in known:
        return None
    rows = await load_member(connection, brand=row.brand, member_id=known[number].id, lock=True)
    assert rows is not None  # found by its number
    member = rows.member
    same = is_same_person(
        stated,
        last_name=member.last_name,
        birth_name=member.birth_name,
        first_name=member.first_name,
        birth_date=member.birth_date,
    )
    return rows if same else None

"""An adviser says whose contract a request is about that came without an account: it is decided as of its receipt.

Reads terminations, members and contracts; writes what register_termination does, and the deed.
"""

from datetime import datetime
from uuid import UUID

from service_kit.http.problems import InvalidRequest, NotFound
from service_kit.problems import FieldProblem
from service_kit.staff_deeds import StaffAct

from contracts_service.domain.termination.errors import REQUIRED, TerminationClosed
from contracts_service.resources import Contracts
from contracts_service.store import members, terminations
from contracts_service.store.terminations import TerminationRow
from contracts_service.usecases.answer_termination import answer_termination
from contracts_service.usecases.decide_received_terminations import is_to_be_proved
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.record_deed import record_deed
from contracts_service.usecases.record_termination import member_with_number
from contracts_service.usecases.register_termination import Step, add_step, settle
from contracts_service.usecases.take_turns import turn_of

IDENTIFIED = "termination_identified"


async def identify_termination(
    service: Contracts, act: StaffAct, termination_id: UUID, *, whose: tuple[str, bool], now: datetime
) -> tuple[TerminationRow, MemberRows]:
    """Decide a request that waits for a person; `whose` is the membership number, and whether the proof was seen.

    Raises NotFound, TerminationClosed when it does not wait (any more), and InvalidRequest.
    """
    membership_number, proof_seen = whose
    async with turn_of(service, act) as connection:
        await members.lock_brand_briefly(connection, act.brand)
        row = await terminations.find(connection, termination_id, brand=act.brand)
        if row is None:
            raise NotFound
        if row.state != "to_identify":
            raise TerminationClosed
        rows = await member_with_number(connection, act.brand, membership_number)
        if not proof_seen and await is_to_be_proved(service, connection, rows, row):
            raise InvalidRequest(fields=(FieldProblem("proof_seen", *REQUIRED),))
        await add_step(service, connection, row.id, Step("identified", "staff"), now=now)
        decision = await settle(service, connection, rows, row, now=now)
        await answer_termination(service, connection, row, (rows, decision), now=now)
        deed = act.deed(IDENTIFIED, object_id=row.id, member_id=rows.member.id)
        await record_deed(service, connection, deed, now=now)
        decided = await terminations.find(connection, termination_id, brand=act.brand)
        assert decided is not None  # found a moment ago
        return decided, rows

"""A request that was not decided before its sender's eyes, and that ends nothing: why, and what is open instead, is told.

Called beside `register_termination.settle`, in its transaction; writes the outbox. The law knows no silent refusal (L221-10-3): a
member who is signed in reads the answer at once, whoever has written or has no account is told at the address that we know.
"""

from datetime import datetime

from service_kit.database import Connection

from contracts_service.domain.termination.decision import Decision
from contracts_service.domain.termination.explanation import explain
from contracts_service.events import TerminationAnswered
from contracts_service.resources import Contracts
from contracts_service.store.terminations import TerminationRow
from contracts_service.termination_events import ANSWERED
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.termination_recap import terminable


async def answer_termination(
    service: Contracts,
    connection: Connection,
    termination: TerminationRow,
    found: tuple[MemberRows, Decision],
    *,
    now: datetime,
) -> None:
    """Tell what a request comes to if it ends nothing; `found` is whose it is, as it was decided, and the decision."""
    rows, decision = found
    if decision.outcome == "effective" or decision.reason is None:
        return  # the notice of it is told: termination.registered
    texts = service.termination_texts[rows.member.brand]
    said = explain(decision, terminable(rows.contract), texts)
    mediation = service.brands[rows.member.brand].termination.mediation  # L221-6-2
    event = TerminationAnswered(
        version=ANSWERED,
        member_id=rows.member.id,
        brand=rows.member.brand,
        termination_id=termination.id,
        received_at=termination.received_at,
        outcome=decision.outcome,
        use="withdrawal" if termination.use == "withdrawal" else "termination",
        reason=decision.reason,
        explanation=[*said.sentences, *said.alternatives, mediation],
    )
    await service.outbox.append(connection, event, event_id=service.entropy.new_id(), occurred_at=now)

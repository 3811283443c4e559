"""Which requests a person looks at first when they came without an account. Pure.

Called where such a request is decided, and where an adviser says whose it is.
"""

from dataclasses import replace
from datetime import datetime

from service_kit.clock import civil_date

from contracts_service.domain.termination.decision import Grounds
from contracts_service.domain.termination.events_in_life import end_by_withdrawal
from contracts_service.domain.termination.grounds import Ground
from contracts_service.domain.termination.request import TerminationRequest


def needs_proof(request: TerminationRequest, grounds: Grounds, *, received_at: datetime) -> bool:
    """Tell whether a request holds by what anybody can type: a death, or the day on which documents came (L221-18, II).

    A withdrawal within its delay from the effective date holds by what we know, and one that is late as typed is just late.
    """
    if request.motive == "death":
        return True
    if request.motive != "withdrawal" or request.event_date is None:
        return False
    day, contract, rules = civil_date(received_at), grounds.contract, grounds.rules
    typed = end_by_withdrawal(request, contract, day, rules)
    known = end_by_withdrawal(replace(request, event_date=None), contract, day, rules)
    return isinstance(typed, Ground) and not isinstance(known, Ground)

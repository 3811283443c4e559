"""Ending by the mutual for a contribution that stays unpaid (L221-7): 10 days, 30 days and 10 days, none of them skipped."""

from datetime import date

from contracts_service.domain.termination.calendar_months import days_after
from contracts_service.domain.termination.contract import TerminableContract
from contracts_service.domain.termination.grounds import Ground, Inapplicable, Verdict
from contracts_service.domain.termination.request import TerminationRequest

UNPAID = ("L221-7",)
BEFORE_FORMAL_NOTICE = 10
BEFORE_SUSPENSION = 30
BEFORE_END = 10


def end_for_non_payment(request: TerminationRequest, contract: TerminableContract, day: date) -> Verdict:
    """Judge an end that the mutual decides on `day`: groups have other rules (L221-8)."""
    if contract.kind != "individual":
        return Inapplicable("other-rules-for-groups", ("L221-8",))
    due, notice = request.due_date, request.formal_notice_on
    if due is None or notice is None or notice < days_after(due, BEFORE_FORMAL_NOTICE):
        return Inapplicable("formal-notice-too-early", UNPAID)
    if day < days_after(notice, BEFORE_SUSPENSION + BEFORE_END):
        return Inapplicable("termination-too-early", UNPAID)
    return Ground("unpaid", day, UNPAID)

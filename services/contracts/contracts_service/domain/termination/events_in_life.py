"""Ending because of what has happened: a death, another cover, or the thought better of (L221-18)."""

from datetime import date, timedelta

from contracts_service.domain.termination.calendar_months import days_after
from contracts_service.domain.termination.contract import TerminableContract
from contracts_service.domain.termination.grounds import Ground, Inapplicable, Verdict
from contracts_service.domain.termination.motives import Motive
from contracts_service.domain.termination.request import TerminationRequest
from contracts_service.domain.termination.rules import TerminationRules

WITHDRAWAL = ("L221-18",)
OF_THE_RULES = ("L221-10-3",)  # what the règlement grants beside the code: notified in the same ways


def end_by_death(request: TerminationRequest, contract: TerminableContract, day: date) -> Verdict:
    """Judge a death that was told on `day`: cover ends with the day of it, which lies in the past."""
    died = request.event_date
    if died is None:
        return Inapplicable("event-unknown", OF_THE_RULES)
    if died > day:
        return Inapplicable("event-to-come", OF_THE_RULES)
    return Ground("death", max(died, contract.effective_date), OF_THE_RULES)


def end_for_other_cover(request: TerminationRequest, day: date, rules: TerminationRules) -> Verdict:
    """Judge a duty to join an employer's contract, or a right to the complémentaire santé solidaire.

    Neither is in the code: where the brand's règlement grants it, cover ends on the eve of the other one, and never before the
    request was received.
    """
    motive: Motive = "css" if request.motive == "css" else "mandatory_group"
    granted = rules.css if motive == "css" else rules.mandatory_group
    if granted != "event":
        return Inapplicable("not-in-the-rules", OF_THE_RULES)
    if request.event_date is None:
        return Inapplicable("event-unknown", OF_THE_RULES)
    eve = request.event_date - timedelta(days=1) if request.event_date > date.min else request.event_date
    return Ground(motive, max(eve, day), OF_THE_RULES)


def end_by_withdrawal(
    request: TerminationRequest, contract: TerminableContract, day: date, rules: TerminationRules
) -> Verdict:
    """Judge a withdrawal (L221-18, II): within 14 calendar days of the effective date, or of the documents if they came later.

    The day that the delay begins with does not count. Nobody can prove when the documents came: a day is believed for as long
    as the brand says after the effective date, or else a contract of any age would end at once. Cover that has not begun never
    begins; what has begun ends at once, or is taken never to have begun, as the brand's règlement says.
    """
    begins = max(contract.effective_date, min(request.event_date or contract.effective_date, day))
    believed = begins <= days_after(contract.effective_date, rules.withdrawal_documents_days)
    if not believed or day > days_after(begins, rules.withdrawal_days):
        return Inapplicable("withdrawal-late", WITHDRAWAL)
    eve = contract.effective_date - timedelta(days=1)
    if day < contract.effective_date or rules.withdrawal_ends == "never_began":
        return Ground("withdrawal", eve, WITHDRAWAL)
    return Ground("withdrawal", day, WITHDRAWAL)

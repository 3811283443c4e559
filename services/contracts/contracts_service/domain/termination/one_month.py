"""Ending one month after receipt: at any time after the first year (L221-10-2), or after a change of situation (L221-17)."""

from datetime import date

from contracts_service.domain.termination.calendar_months import end_of_month, months_after
from contracts_service.domain.termination.contract import TerminableContract
from contracts_service.domain.termination.grounds import Ground, Inapplicable, Verdict
from contracts_service.domain.termination.request import TerminationRequest
from contracts_service.domain.termination.rules import TerminationRules

INFRA_ANNUAL = ("L221-10-2", "R221-5")
SITUATION = ("L221-17", "R221-7")
MONTHS_AFTER_EVENT = 3


def end_infra_annually(contract: TerminableContract, day: date, rules: TerminationRules) -> Verdict:
    """Judge a termination at any time, received on `day` (L221-10-2): open a year after the contract took effect."""
    if day < contract.infra_annual_from:
        return Inapplicable("first-year", INFRA_ANNUAL)
    return Ground("infra_annual", one_month_after(day, rules), INFRA_ANNUAL)


def end_after_change(request: TerminationRequest, day: date, rules: TerminationRules) -> Verdict:
    """Judge a termination after a change of situation (L221-17): within three months of it, and never before it."""
    event = request.event_date
    if event is None:
        return Inapplicable("event-unknown", SITUATION)
    if event > day:
        return Inapplicable("event-to-come", SITUATION)
    if day > months_after(event, MONTHS_AFTER_EVENT):
        return Inapplicable("event-too-old", SITUATION)
    return Ground("situation_change", one_month_after(day, rules), SITUATION)


def one_month_after(day: date, rules: TerminationRules) -> date:
    """Return the day one month after receipt; a brand may put it off to the end of that month, in the member's favour."""
    found = months_after(day, 1)
    return end_of_month(found) if rules.end_of_month else found

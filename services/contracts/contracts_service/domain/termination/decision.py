"""What a request comes to: an effect on a day, a requalification, or the way that is open instead. Pure."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from service_kit.clock import civil_date

from contracts_service.domain.termination.at_renewal import (
    ANNUAL,
    RenewalNotices,
    end_after_late_notice,
    end_at_renewal,
    end_without_notice,
    next_end_in_time,
)
from contracts_service.domain.termination.calendar_months import days_after
from contracts_service.domain.termination.contract import TerminableContract
from contracts_service.domain.termination.events_in_life import (
    end_by_death,
    end_by_withdrawal,
    end_for_other_cover,
)
from contracts_service.domain.termination.grounds import Ground, Inapplicable, Reason, Verdict
from contracts_service.domain.termination.motives import Motive
from contracts_service.domain.termination.one_month import end_after_change, end_infra_annually
from contracts_service.domain.termination.request import TerminationRequest
from contracts_service.domain.termination.rules import TerminationRules
from contracts_service.domain.termination.unpaid import end_for_non_payment

Outcome = Literal["effective", "routed", "not_open"]

REFUND_DAYS = 30  # L221-10-2, fourth paragraph; R221-6, I
EMPLOYERS = ("L221-10-2",)
DENUNCIATIONS = ("annual", "chatel_late_notice", "chatel_no_notice")


@dataclass(frozen=True)
class Alternative:
    """Another way that is open, or opens on `from_date`: the last day of cover if it is asked for on its first day."""

    motive: Motive
    effective_date: date
    from_date: date | None = None


@dataclass(frozen=True)
class Decision:
    """What a request comes to.

    `effective`: the contract ends with `effective_date`. `routed`: the employer ends it. `not_open`: nothing ends; `reason` says
    why, and `alternatives` what is open instead. `motive` is the one that it was decided under, `reason` also tells why that is
    another one than was asked for. Where an earlier end that is known holds, `own` is what the request comes to by itself: that
    holds once the earlier end is undone.
    """

    outcome: Outcome
    motive: Motive
    articles: tuple[str, ...]
    requalified: bool = False
    effective_date: date | None = None
    refund_by: date | None = None
    reason: Reason | None = None
    alternatives: tuple[Alternative, ...] = ()
    own: "Decision | None" = None


@dataclass(frozen=True)
class Grounds:
    """What decisions of one contract are made from: the contract, what the brand grants, and the notices that can be proved."""

    contract: TerminableContract
    rules: TerminationRules
    notices: RenewalNotices


def decide(request: TerminationRequest, grounds: Grounds, *, received_at: datetime) -> Decision:
    """Decide what was received at an instant: its day in Paris counts, and nothing else of it."""
    contract, day = grounds.contract, civil_date(received_at)
    if contract.is_the_employers and request.motive not in ("death", "unpaid"):
        return Decision("routed", request.motive, EMPLOYERS, reason="employers-contract")
    verdict = _judge(request, grounds, day)
    found = (
        _effective(verdict, grounds, day) if isinstance(verdict, Ground) else _otherwise(request, verdict, grounds, day)
    )
    return found if contract.end_date is None else _beside_known_end(found, contract.end_date, day)


def _judge(request: TerminationRequest, grounds: Grounds, day: date) -> Verdict:
    contract, rules, notices = grounds.contract, grounds.rules, grounds.notices
    match request.motive:
        case "annual":
            return end_at_renewal(request, contract, day)
        case "infra_annual":
            return end_infra_annually(contract, day, rules)
        case "chatel_late_notice":
            return end_after_late_notice(request, contract, day, notices)
        case "chatel_no_notice":
            return end_without_notice(contract, day, notices)
        case "situation_change":
            return end_after_change(request, day, rules)
        case "withdrawal":
            return end_by_withdrawal(request, contract, day, rules)
        case "death":
            return end_by_death(request, contract, day)
        case "mandatory_group" | "css":
            return end_for_other_cover(request, day, rules)
        case "unpaid":
            return end_for_non_payment(request, contract, day)
        case "other":
            return Inapplicable("no-basis", ("D221-1",))


def _effective(ground: Ground, grounds: Grounds, day: date, *, because: Inapplicable | None = None) -> Decision:
    return Decision(
        "effective",
        ground.motive,
        tuple(dict.fromkeys((*ground.articles, *(because.articles if because else ())))),
        requalified=because is not None and ground.motive == "infra_annual",
        effective_date=ground.effective_date,
        refund_by=refund_day(ground.effective_date, day),
        reason=None if because is None else because.reason,
        alternatives=_alternatives(grounds, day, but=ground.motive),
    )


def _otherwise(request: TerminationRequest, refused: Inapplicable, grounds: Grounds, day: date) -> Decision:
    """Requalify what does not apply as asked (R221-5, II), or say what is open instead.

    Whatever is open to an infra-annual termination becomes one, whether a denunciation is late, a motive does not apply or
    none is stated. In the first year a denunciation of the renewal that comes too late waits for the next one. What the mutual
    decides and a death are no member's choices: they are not requalified.
    """
    if request.motive not in ("unpaid", "death"):
        instead = end_infra_annually(grounds.contract, day, grounds.rules)
        if isinstance(instead, Ground):
            return _effective(instead, grounds, day, because=refused)
        if request.motive in DENUNCIATIONS:
            ground = Ground("annual", next_end_in_time(grounds.contract, day), ANNUAL)
            return _effective(ground, grounds, day, because=refused)
    return Decision(
        "not_open",
        request.motive,
        refused.articles,
        reason=refused.reason,
        alternatives=() if request.motive in ("unpaid", "death") else _alternatives(grounds, day),
    )


def _beside_known_end(found: Decision, known: date, day: date) -> Decision:
    """Return what a decision comes to for a contract that is known to end: only an earlier end changes anything."""
    if found.effective_date is not None and found.effective_date < known:
        return found
    if known < day:
        return replace(
            found,
            outcome="not_open",
            effective_date=None,
            refund_by=None,
            reason="contract-ended",
            requalified=False,
            alternatives=(),
        )
    if found.effective_date is None:
        return found
    return held_by(found, known, day)


def held_by(found: Decision, known: date, day: date) -> Decision:
    """Return what a decision of what was received on `day` comes to while a contract ends with `known` already."""
    return replace(
        found,
        effective_date=known,
        refund_by=refund_day(known, day),
        reason="ends-earlier-already",
        requalified=False,
        alternatives=(),
        own=found,
    )


def _alternatives(grounds: Grounds, day: date, *, but: Motive | None = None) -> tuple[Alternative, ...]:
    contract, found = grounds.contract, []
    if but != "infra_annual":
        opens = max(day, contract.infra_annual_from)
        instead = end_infra_annually(contract, opens, grounds.rules)
        if isinstance(instead, Ground):
            from_date = opens if opens > day else None
            found.append(Alternative("infra_annual", instead.effective_date, from_date))
    if but != "annual":
        found.append(Alternative("annual", next_end_in_time(contract, day)))
    return tuple(found)


def refund_day(effective_date: date, received_on: date) -> date:
    """Return by when is given back what was paid beyond the end: 30 days after it, or after we know of it."""
    return days_after(max(effective_date, received_on), REFUND_DAYS)

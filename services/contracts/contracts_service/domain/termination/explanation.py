"""A decision in plain French: what it comes to, why it is not as it was asked, what it means, and what else is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from service_kit.french_dates import date_in_words

from contracts_service.domain.termination.contract import TerminableContract
from contracts_service.domain.termination.decision import Alternative, Decision
from contracts_service.domain.termination.texts import AlternativeText, EffectText, OutcomeText, TextsOfBrand

COVERED: tuple[EffectText, ...] = ("cover", "card", "care", "refund", "arrears", "documents")
NEVER_COVERED: tuple[EffectText, ...] = ("card", "refund", "documents")


@dataclass(frozen=True)
class Explained:
    """What a member reads of a decision; `alternatives` are for information."""

    sentences: list[str]
    effects: list[str]
    alternatives: list[str]


def explain(decision: Decision, contract: TerminableContract, texts: TextsOfBrand) -> Explained:
    """Return `decision` in French sentences."""
    values = _values(decision, contract)
    said = [texts.texts.outcomes[_outcome(decision, contract)]]
    if decision.requalified:
        said.append(texts.texts.outcomes["requalified"])
    if decision.reason is not None:
        said.insert(0 if decision.outcome == "effective" else 1, texts.texts.reasons[decision.reason])
    return Explained(
        sentences=[texts.say(one, values) for one in said],
        effects=[texts.say(texts.texts.effects[one], values) for one in _effects(decision, contract)],
        alternatives=[_alternative(one, texts) for one in decision.alternatives],
    )


def _outcome(decision: Decision, contract: TerminableContract) -> OutcomeText:
    if decision.outcome != "effective":
        return decision.outcome
    if decision.motive == "death":
        return "death"
    if decision.motive == "withdrawal":
        return "never_began" if _never_began(decision, contract) else "withdrawal"
    return "effective"


def _never_began(decision: Decision, contract: TerminableContract) -> bool:
    return decision.effective_date is not None and decision.effective_date < contract.effective_date


def _effects(decision: Decision, contract: TerminableContract) -> tuple[EffectText, ...]:
    if decision.effective_date is None:
        return ()
    return NEVER_COVERED if _never_began(decision, contract) else COVERED


def _values(decision: Decision, contract: TerminableContract) -> Mapping[str, str]:
    # Only what a text of this decision can name: the others would say a day that means nothing.
    days: dict[str, date | None] = {
        "end_date": decision.effective_date,
        "refund_by": decision.refund_by,
        "infra_annual_from": contract.infra_annual_from,
        "known_end": contract.end_date,
    }
    return {name: "" if day is None else date_in_words(day) for name, day in days.items()}


def _alternative(one: Alternative, texts: TextsOfBrand) -> str:
    name: AlternativeText = "annual"
    if one.motive == "infra_annual":
        name = "infra_annual" if one.from_date is None else "infra_annual_later"
    values = {
        "end_date": date_in_words(one.effective_date),
        "from_date": "" if one.from_date is None else date_in_words(one.from_date),
    }
    return texts.say(texts.texts.alternatives[name], values)


def new_cover_from(effective_date: date) -> date:
    """Return the day from which another insurer covers the member: no gap and no overlap (R221-6, III)."""
    return effective_date + timedelta(days=1)

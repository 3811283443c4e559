"""Whether a change of beneficiaries may be asked for, from which day, and with which documents. No I/O.

The figures are the brand's (`domain/beneficiary_rules.py`); civil days in Europe/Paris, the last one included.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from service_kit.french_dates import date_in_words
from service_kit.problems import FieldProblem

from contracts_service.domain.beneficiary_rules import BeneficiaryRules, Cause
from contracts_service.domain.beneficiary_wish import Addition, Removal
from contracts_service.domain.birth_date import BirthDate
from contracts_service.domain.supporting_documents import DocumentKind

TOO_EARLY = "La date la plus ancienne possible est le {day}."
TOO_LATE = "La date la plus lointaine possible est le {day}."
OVER_AGE = "Votre contrat ne peut pas couvrir à ce titre une personne de {limit} ans ou plus."


@dataclass(frozen=True)
class Cover:
    """From when until when the contract covers whom it covers."""

    effective_date: date
    end_date: date | None


@dataclass(frozen=True)
class Window:
    """The days that may be asked for."""

    earliest: date
    latest: date

    def problem(self, day: date) -> FieldProblem | None:
        """Return what is wrong with `day`."""
        if day < self.earliest:
            return FieldProblem("effective_date", "date-too-early", TOO_EARLY.format(day=date_in_words(self.earliest)))
        if day > self.latest:
            return FieldProblem("effective_date", "date-too-late", TOO_LATE.format(day=date_in_words(self.latest)))
        return None


@dataclass(frozen=True)
class Asked:
    """A document that a request needs, or may have."""

    kind: DocumentKind
    required: bool


def is_newborn(born: BirthDate, rules: BeneficiaryRules, *, today: date) -> bool:
    """Tell whether cover may begin with the birth."""
    return today - timedelta(days=rules.newborn_days) <= born.earliest <= today


def window_of_addition(wish: Addition, rules: BeneficiaryRules, cover: Cover, *, today: date) -> Window:
    """Return from when on somebody may be covered."""
    back = today - timedelta(days=rules.past_days)
    if is_newborn(wish.birth_date, rules, today=today):
        back = min(back, wish.birth_date.earliest)
    return _within(cover, max(back, wish.birth_date.earliest), rules, today=today)


def window_of_removal(cause: Cause, rules: BeneficiaryRules, cover: Cover, *, today: date) -> Window:
    """Return which day may be the last one of somebody's cover."""
    days = max(rules.past_days, rules.death_days) if cause == "death" else rules.past_days
    return _within(cover, today - timedelta(days=days), rules, today=today)


def window_of_decision(cover: Cover, born: BirthDate | None) -> Window:
    """Return the days that the back office may decide: within the contract, and after the birth of who is `born`."""
    earliest = cover.effective_date if born is None else max(cover.effective_date, born.earliest)
    return Window(earliest, cover.end_date or date.max)


def _within(cover: Cover, earliest: date, rules: BeneficiaryRules, *, today: date) -> Window:
    latest = today + timedelta(days=rules.future_days)
    return Window(
        max(earliest, cover.effective_date), latest if cover.end_date is None else min(latest, cover.end_date)
    )


def age_problem(wish: Addition, rules: BeneficiaryRules, *, day: date) -> FieldProblem | None:
    """Return what is wrong with somebody's age on the first day of cover; an incomplete birth date speaks for the person."""
    limit = rules.addition.of(wish.relation).age_limit
    if limit is None or _age(wish.birth_date.latest, day) < limit:
        return None
    return FieldProblem("birth_date", "over-age", OVER_AGE.format(limit=limit))


def asked_for_addition(wish: Addition, rules: BeneficiaryRules, *, day: date) -> list[Asked]:
    """Return the documents that are asked for to add somebody, each once."""
    of_relation = rules.addition.of(wish.relation)
    proof_from, required = of_relation.proof_from_age, list(of_relation.required)
    if proof_from is not None and _age(wish.birth_date.earliest, day) >= proof_from:
        required += of_relation.proof
    return _each_once(required, of_relation.optional)


def asked_for_removal(wish: Removal, rules: BeneficiaryRules) -> list[Asked]:
    """Return the documents that are asked for to remove somebody."""
    return _each_once(rules.removal.get(wish.cause, ()), ())


def _each_once(
    required: list[DocumentKind] | tuple[DocumentKind, ...], optional: tuple[DocumentKind, ...]
) -> list[Asked]:
    kinds = dict.fromkeys(optional, False) | dict.fromkeys(required, True)
    return sorted((Asked(kind, needed) for kind, needed in kinds.items()), key=lambda one: not one.required)


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

"""What the health insurance withholds from its share: flat contributions and deductibles (code de la sécurité sociale, L160-13).

Participation forfaitaire (L160-13 II): consultations, medical acts, radiology and biology. Franchise médicale (L160-13 III):
medicines, paramedical acts, transport. Neither is refunded by a responsible contract, both are capped per person and civil year
of care, and minors owe neither. Files name no such amount, so it is read off the line: what base and rate announce, less the
mandatory share that was paid. Called by `save_reimbursements`, once a line; the counters are sums of what is kept of the lines.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import MAXYEAR, date
from functools import lru_cache
from typing import Literal

from contracts_service.domain.birth_date import BirthDate

Withholding = Literal["flat_contribution", "deductible"]
Care = Literal["medical_act", "medicine", "paramedical_act", "transport"]

KIND: dict[Care, Withholding] = {
    "medical_act": "flat_contribution",
    "medicine": "deductible",
    "paramedical_act": "deductible",
    "transport": "deductible",
}

OF_AGE = 18  # years; minors are exempt (L160-13 II and III)


@dataclass(frozen=True)
class Figures:
    """What is in force from a day of care on, in cents: for each act (or box), at most for one line, at most in a civil year."""

    since: date
    each: int
    most_a_line: int
    most_a_year: int


# Source: domain.md § 2.3: the amounts, the days on which they doubled, and 50 euros a year for either withholding. What one line
# may withhold is what the law withholds in one day for one professional: four acts, and two transports (unverified since the
# doubling). A delivery of medicines is one line with as many deductibles as boxes: the year's cap alone bounds it.
FIGURES: dict[Care, tuple[Figures, ...]] = {
    "medical_act": (Figures(date.min, 1_00, 4_00, 50_00), Figures(date(2024, 5, 15), 2_00, 8_00, 50_00)),
    "medicine": (Figures(date.min, 50, 50_00, 50_00), Figures(date(2024, 3, 31), 1_00, 50_00, 50_00)),
    "paramedical_act": (Figures(date.min, 50, 2_00, 50_00), Figures(date(2024, 3, 31), 1_00, 4_00, 50_00)),
    "transport": (Figures(date.min, 2_00, 4_00, 50_00), Figures(date(2024, 3, 31), 4_00, 8_00, 50_00)),
}

# The beginnings of words, without accents, by which an act is known, the first match counting. The words are those that
# statements use (unverified: no list of them is published). An act that has none of them withholds nothing. Hospital, dental
# care, glasses and aids withhold neither (dentists and midwives are no doctors in the sense of the text).
_WORDS: tuple[tuple[re.Pattern[str], Care | None], ...] = (
    (re.compile(r"\bparticipation forf"), "medical_act"),
    (re.compile(r"\bfranchise.*\btransport"), "transport"),
    (re.compile(r"\bfranchise"), "medicine"),
    (re.compile(r"\b(hospital|journalier|sejour|dent|couronne|prothese|orthodont|sage.femme|maternite)"), None),
    (re.compile(r"\b(verres?|monture|lentille|optique|audio)"), None),
    (re.compile(r"\b(pharmac|medicament)"), "medicine"),
    (re.compile(r"\b(kine|masseur|orthophon|orthopt|infirm|pedicur|podolog|paramedic)"), "paramedical_act"),
    (re.compile(r"\b(transport|ambulance|vsl|taxi)"), "transport"),
    (re.compile(r"\b(consult|visite|medecin|generalist|specialist|teleconsult|actes? (med|techn))"), "medical_act"),
    (re.compile(r"\b(radio|imagerie|echograph|scanner|irm|scintigr)"), "medical_act"),
    (re.compile(r"\b(biolog|analyse|laborat|prelevement)"), "medical_act"),
)
# Lines that are nothing but a withholding, taken from a later payment: the mandatory share is its negative.
_BY_ITSELF = re.compile(r"\b(participation forf|franchise)")


@dataclass(frozen=True, slots=True)
class Withheld:
    """What one line withholds, in cents, signed as the line is: at most one of the two is not 0."""

    flat_contribution: int = 0
    deductible: int = 0


NOTHING = Withheld()


def withheld_from(act: str, care_date: date, *, base: int | None, rate: int | None, mandatory_share: int) -> Withheld:
    """Return what a line of an adult withholds; `rate` in hundredths of a percent, amounts in cents.

    A mandatory share above what is announced withholds nothing: local regimes pay more. Of one below, whole amounts of the law
    are counted, and no more of them than one line may withhold: the rest has other reasons (care outside the coordinated path).
    """
    care, by_itself = classify(act)
    if care is None:
        return NOTHING
    figures = figures_on(care, care_date)
    if by_itself:
        return _withheld(care, -mandatory_share, most=figures.most_a_year)
    announced = announced_share(base, rate)
    if announced is not None and announced * mandatory_share < 0:
        announced = -announced  # a reversal whose base has kept its sign
    if announced is None or (announced - mandatory_share) * announced <= 0:
        return NOTHING
    difference = abs(announced - mandatory_share)
    whole = difference - difference % figures.each
    return _withheld(care, whole if announced > 0 else -whole, most=figures.most_a_line)


def _withheld(care: Care, cents: int, *, most: int) -> Withheld:
    counted = max(-most, min(most, cents))
    return Withheld(flat_contribution=counted) if KIND[care] == "flat_contribution" else Withheld(deductible=counted)


def announced_share(base: int | None, rate: int | None) -> int | None:
    """Return what base and rate announce, to the nearest cent, half a cent away from 0; None where one is not told."""
    if base is None or rate is None:
        return None
    cents = (abs(base) * rate + 5000) // 10000
    return cents if base >= 0 else -cents


@lru_cache(maxsize=4096)
def owes_from(birth_date: str) -> date:
    """Return the first day of care on which the person is no minor; of an incomplete birth date the earliest that it allows."""
    first = BirthDate(birth_date).earliest
    try:
        return first.replace(year=first.year + OF_AGE)
    except ValueError:  # born on 29 February, or as good as at the end of time
        return date(first.year + OF_AGE, 3, 1) if first.year + OF_AGE <= MAXYEAR else date.max


def figures_on(care: Care, day: date) -> Figures:
    """Return what is in force on a day of care."""
    return next(one for one in reversed(FIGURES[care]) if one.since <= day)


def cap_of_year(kind: Withholding, year: int) -> int:
    """Return the most that is withheld from one person in a civil year, in cents."""
    return max(figures_on(care, date(year, 12, 31)).most_a_year for care in KIND if KIND[care] == kind)


def used_of_year(kind: Withholding, cents: int, year: int) -> int:
    """Return what a year's signed sum has used of its cap: never less than nothing, never more than the cap."""
    return max(0, min(cents, cap_of_year(kind, year)))


@lru_cache(maxsize=4096)
def classify(act: str) -> tuple[Care | None, bool]:
    """Return for which care an act withholds something, if any, and whether the line is nothing but that."""
    plain = unicodedata.normalize("NFKD", act.casefold())
    words = "".join(character for character in plain if not unicodedata.combining(character))
    care = next((care for pattern, care in _WORDS if pattern.search(words)), None)
    return care, care is not None and _BY_ITSELF.search(words) is not None

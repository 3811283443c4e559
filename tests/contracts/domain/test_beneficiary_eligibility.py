"""From which day on a change may be asked for, up to which age, with which documents: the brand's figures, days in Paris."""

from datetime import date, timedelta
from typing import Any

import pytest
from contracts_service.domain.beneficiary_eligibility import (
    Asked,
    Cover,
    Window,
    age_problem,
    asked_for_addition,
    asked_for_removal,
    is_newborn,
    window_of_addition,
    window_of_decision,
    window_of_removal,
)
from contracts_service.domain.beneficiary_rules import BeneficiaryRules, RelationRules
from contracts_service.domain.beneficiary_wish import Addition, Removal, read_wish
from contracts_service.domain.birth_date import BirthDate
from contracts_service.domain.enrolment_fields import BrandRules, Reading
from contracts_service.domain.supporting_documents import EXTENSIONS, KINDS, LABELS
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

TODAY = date(2026, 11, 21)
RULES = BeneficiaryRules()
COVER = Cover(date(2019, 6, 8), None)


def addition(today: date = TODAY, **changes: Any) -> Addition:
    given_fields = {"relation": "child", "first_name": "Léa", "last_name": "Roy", "birth_date": "2015-03-09", **changes}
    wish = read_wish("addition", given_fields, Reading(BrandRules(None, None), today))
    assert isinstance(wish, Addition)
    return wish


def code_of(window: Window, day: date) -> str | None:
    problem = window.problem(day)
    return None if problem is None else problem.code


@pytest.mark.parametrize(
    ("born", "cover", "earliest", "latest"),
    [
        ("2015-03-09", COVER, TODAY, date(2027, 11, 22)),
        ("2026-11-10", COVER, date(2026, 11, 10), date(2027, 11, 22)),
        ("2026-09-22", COVER, date(2026, 9, 22), date(2027, 11, 22)),  # 60 days ago
        ("2026-09-21", COVER, TODAY, date(2027, 11, 22)),
        ("2026-11-10", Cover(date(2026, 11, 15), None), date(2026, 11, 15), date(2027, 11, 22)),
        ("2026-11-00", COVER, date(2026, 11, 1), date(2027, 11, 22)),
        ("2015-03-09", Cover(COVER.effective_date, date(2026, 12, 31)), TODAY, date(2026, 12, 31)),
    ],
)
def test_cover_begins_within_the_contract_and_with_the_birth_of_a_newborn(
    born: str, cover: Cover, earliest: date, latest: date
):
    window = window_of_addition(addition(birth_date=born), RULES, cover, today=TODAY)

    assert (window.earliest, window.latest) == (earliest, latest)


@given(born=st.dates(TODAY - timedelta(days=400), TODAY), past=st.integers(0, 60))
def test_nobody_is_covered_before_birth_nor_before_the_contract(born: date, past: int):
    rules = BeneficiaryRules(past_days=past)
    window = window_of_addition(addition(birth_date=born.isoformat()), rules, COVER, today=TODAY)

    assert window.earliest >= born
    assert window.earliest <= TODAY
    assert window.problem(window.earliest) is window.problem(window.latest) is None
    assert code_of(window, window.earliest - timedelta(days=1)) == "date-too-early"
    assert code_of(window, window.latest + timedelta(days=1)) == "date-too-late"
    assert is_newborn(BirthDate(born.isoformat()), rules, today=TODAY) == (born >= TODAY - timedelta(days=60))


@pytest.mark.parametrize(
    ("born", "day", "refused"),
    [
        ("1998-11-22", date(2026, 11, 21), False),  # 27
        ("1998-11-22", date(2026, 11, 22), True),
        ("1998-02-29", date(2026, 2, 28), None),
        ("1998-00-00", date(2026, 11, 21), False),  # may be born on 31 December
        ("1997-00-00", date(2026, 1, 1), True),
    ],
)
def test_an_age_counts_from_the_birthday_on_and_an_incomplete_date_speaks_for_the_person(
    born: str, day: date, refused: bool | None
):
    if refused is None:  # there was no such day
        with pytest.raises(ValidationError):
            addition(birth_date=born)
        return
    problem = age_problem(addition(birth_date=born), RULES, day=day)

    assert (problem is not None) == refused
    assert age_problem(addition(birth_date=born, relation="spouse"), RULES, day=day) is None


@pytest.mark.parametrize(
    ("born", "kinds"),
    [
        ("2008-11-22", ["birth_certificate"]),
        ("2008-11-21", ["birth_certificate", "study_certificate"]),
        ("2008-00-00", ["birth_certificate", "study_certificate"]),
    ],
)
def test_from_an_age_on_studies_are_to_be_proved(born: str, kinds: list[str]):
    asked = asked_for_addition(addition(birth_date=born), RULES, day=TODAY)

    assert [one.kind for one in asked if one.required] == kinds


def test_a_document_is_asked_for_once_and_required_ones_come_first():
    child = RelationRules(
        required=("birth_certificate",),
        optional=("study_certificate", "rights_certificate"),
        proof_from_age=11,
        proof=("study_certificate",),
    )
    rules = BeneficiaryRules.model_validate({"addition": {"child": child}})

    assert asked_for_addition(addition(), rules, day=TODAY) == [
        Asked("study_certificate", True),
        Asked("birth_certificate", True),
        Asked("rights_certificate", False),
    ]


@pytest.mark.parametrize(("cause", "earliest"), [("other", TODAY), ("death", TODAY - timedelta(days=730))])
def test_the_last_day_of_cover_may_be_long_past_after_a_death_only(cause: Any, earliest: date):
    wish = Removal.model_construct(beneficiary_id=None, effective_date=TODAY, cause=cause)

    assert window_of_removal(cause, RULES, COVER, today=TODAY).earliest == earliest
    assert [one.kind for one in asked_for_removal(wish, RULES)] == (["death_certificate"] if cause == "death" else [])


def test_the_back_office_decides_any_day_within_the_contract_and_the_life():
    ended = Cover(COVER.effective_date, date(2026, 12, 31))

    assert window_of_decision(ended, None).problem(date(2026, 12, 31)) is None
    assert window_of_decision(ended, BirthDate("2026-11-10")).earliest == date(2026, 11, 10)
    assert code_of(window_of_decision(COVER, None), date(2018, 1, 1)) == "date-too-early"


def test_every_kind_of_document_has_its_french_name_and_every_kept_type_its_ending():
    assert sorted(LABELS) == sorted(KINDS)
    assert sorted(EXTENSIONS.values()) == ["jpg", "pdf"]


def test_a_brand_that_asks_for_an_unknown_document_does_not_start():
    with pytest.raises(ValidationError):
        BeneficiaryRules.model_validate({"addition": {"child": {"required": ["acte_de_naissance"]}}})

"""Flat contributions and deductibles, read off the lines (code de la sécurité sociale, L160-13)."""

from datetime import date

import pytest
from contracts_service.domain.withheld_amounts import (
    Withheld,
    cap_of_year,
    figures_on,
    owes_from,
    used_of_year,
    withheld_from,
)

DAY = date(2024, 6, 3)


def withheld(act: str, base: int | None, rate: int | None, mandatory: int, *, day: date = DAY) -> Withheld:
    return withheld_from(act, day, base=base, rate=rate, mandatory_share=mandatory)


def test_a_visit_at_26_50_euros_withholds_2_euros() -> None:
    assert withheld("Consultation généraliste", 2650, 7000, 1655) == Withheld(flat_contribution=200)


def test_its_reversal_gives_them_back() -> None:
    assert withheld("Consultation généraliste", -2650, 7000, -1655) == Withheld(flat_contribution=-200)
    assert withheld("Consultation généraliste", 2650, 7000, -1655) == Withheld(flat_contribution=-200)


@pytest.mark.parametrize(
    ("act", "base", "mandatory", "expected"),
    [
        ("PHARMACIE 65 %", 1200, 580, Withheld(deductible=200)),  # two boxes
        ("Kinésithérapie", 1700, 920, Withheld(deductible=100)),
        ("Séance d'orthophonie", 3000, 1850, Withheld(deductible=100)),
        ("Transport en ambulance", 6000, 3100, Withheld(deductible=800)),
        ("Radiologie", 4000, 2400, Withheld(flat_contribution=200)),
        ("Biologie", 2500, 1425, Withheld(flat_contribution=200)),
        ("Verres et monture", 6000, 3600, Withheld()),
        ("Consultation dentaire", 3000, 1650, Withheld()),
        ("Forfait journalier hospitalier", 2000, 0, Withheld()),
        ("Acupuncture", 2000, 900, Withheld()),
    ],
)
def test_the_words_of_the_act_say_what_is_withheld(act: str, base: int, mandatory: int, expected: Withheld) -> None:
    assert withheld(act, base, 6500, mandatory) == expected


def test_more_than_the_law_withholds_has_other_reasons() -> None:
    # Outside the coordinated path the rate falls from 70 to 30 %: the law lets no more than 8 euros a day be withheld.
    assert withheld("Consultation spécialiste", 6000, 7000, 1600) == Withheld(flat_contribution=800)


def test_less_than_one_whole_amount_is_none() -> None:
    assert withheld("Consultation spécialiste", 3100, 7000, 2100) == Withheld()


def test_a_share_above_what_is_announced_withholds_nothing() -> None:
    assert withheld("Consultation généraliste", 3000, 7000, 2700) == Withheld()


def test_a_line_that_tells_no_base_or_rate_withholds_nothing() -> None:
    assert withheld("Consultation généraliste", None, 7000, 1900) == Withheld()
    assert withheld("Consultation généraliste", 3000, None, 1900) == Withheld()


def test_what_is_withheld_later_is_a_line_of_its_own() -> None:
    assert withheld("Participation forfaitaire", None, None, -600) == Withheld(flat_contribution=600)
    assert withheld("Franchise médicale", None, None, -250) == Withheld(deductible=250)


@pytest.mark.parametrize(
    ("day", "act", "paramedical"), [(date(2024, 3, 30), 100, 50), (date(2024, 3, 31), 100, 100), (DAY, 200, 100)]
)
def test_the_amounts_have_doubled_on_two_days(day: date, act: int, paramedical: int) -> None:
    assert figures_on("medical_act", day).each == act
    assert figures_on("paramedical_act", day).each == paramedical


def test_the_flat_contribution_has_doubled_on_15_may_2024() -> None:
    days = [date(2024, 5, 14), date(2024, 5, 15)]

    assert [figures_on("medical_act", day).each for day in days] == [100, 200]


def test_minors_owe_nothing_until_the_day_they_are_18() -> None:
    assert owes_from("2008-02-29") == date(2026, 3, 1)
    assert owes_from("1960-00-00") == date(1978, 1, 1)


def test_no_more_than_the_cap_of_the_year_is_used_and_never_less_than_nothing() -> None:
    assert cap_of_year("deductible", 2026) == 5000
    assert [used_of_year("flat_contribution", cents, 2026) for cents in (-200, 600, 5200)] == [0, 600, 5000]

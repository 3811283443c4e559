"""From when to when a card is valid."""

from datetime import date

import pytest
from documents_service.domain.card_validity import card_validity
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 11, 21)


def validity(*, effective: str, renewal: str | None = None, end: str | None = None, today: date = TODAY) -> list[str]:
    found = card_validity(
        today,
        effective_date=date.fromisoformat(effective),
        renewal_date=None if renewal is None else date.fromisoformat(renewal),
        end_date=None if end is None else date.fromisoformat(end),
    )
    return [] if found is None else [found.first.isoformat(), found.last.isoformat()]


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        ({"effective": "2020-05-01"}, ["2026-01-01", "2026-12-31"]),
        ({"effective": "2026-05-01"}, ["2026-05-01", "2026-12-31"]),
        ({"effective": "2020-05-01", "renewal": "2026-12-31"}, ["2026-01-01", "2026-12-31"]),
        ({"effective": "2020-05-01", "renewal": "2027-04-30"}, ["2026-01-01", "2027-04-30"]),
        ({"effective": "2020-05-01", "end": "2026-11-30"}, ["2026-01-01", "2026-11-30"]),
        ({"effective": "2020-05-01", "end": "2028-11-30"}, ["2026-01-01", "2026-12-31"]),
    ],
)
def test_a_card_runs_from_the_year_s_first_day_or_the_effective_date_to_the_renewal_or_the_end(contract, expected):
    assert expected == validity(**contract)


@pytest.mark.parametrize(
    ("renewal", "expected"),
    [
        ("2025-12-31", "2026-12-31"),
        ("2024-06-30", "2027-06-30"),
        ("2024-02-29", "2027-02-28"),
        ("2026-11-21", "2026-11-21"),
    ],
)
def test_a_renewal_date_that_has_passed_has_been_renewed_to_its_next_anniversary(renewal, expected):
    assert ["2026-01-01", expected] == validity(effective="2020-05-01", renewal=renewal)


@pytest.mark.parametrize("renewal", [None, "2026-12-31", "2027-12-31"])
def test_a_contract_of_next_year_gets_a_card_for_its_first_year(renewal):
    expected = ["2027-03-01", "2027-12-31"]
    assert expected == validity(effective="2027-03-01", renewal=renewal)


def test_the_last_day_of_a_contract_still_counts_and_the_next_one_does_not():
    last_day = ["2026-01-01", "2026-11-21"]
    assert last_day == validity(effective="2020-05-01", end="2026-11-21")
    assert validity(effective="2020-05-01", end="2026-11-20") == []


def test_a_contract_that_was_cancelled_before_its_first_day_gets_no_card():
    assert validity(effective="2027-03-01", end="2027-02-28") == []


days = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@given(today=days, effective=days, renewal=st.none() | days, end=st.none() | days)
def test_a_card_never_ends_before_it_begins_and_never_outlives_the_contract(today, effective, renewal, end):
    found = card_validity(today, effective_date=effective, renewal_date=renewal, end_date=end)

    assert (found is None) == (end is not None and end < max(today, effective))
    if found is not None:
        assert effective <= found.first <= found.last
        assert found.last >= today
        assert end is None or found.last <= end

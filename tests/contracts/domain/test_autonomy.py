"""Who is 16, and from which civil day on; until which day a person is covered; whose a number is; in whose name a letter goes."""

from datetime import UTC, date, datetime

import pytest
from contracts_service.domain.autonomous_cover import Autonomy
from contracts_service.domain.autonomy import autonomous_from
from contracts_service.domain.birth_date import BirthDate
from contracts_service.domain.covered_person import first_day, last_day
from contracts_service.domain.own_address import own_address
from contracts_service.domain.own_number import is_own_number

JANUARY = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)  # already February in Paris


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("2010-11-22", date(2026, 11, 22)),
        ("2008-02-29", date(2024, 2, 29)),
        ("2084-02-29", date(2100, 3, 1)),  # no leap year
        ("2010-02-00", date(2026, 2, 1)),
        ("2010-00-00", date(2026, 1, 1)),
        ("2010-45-17", date(2026, 1, 1)),  # a month of a number whose record is incomplete
        ("9990-01-01", date.max),
    ],
)
def test_who_may_be_16_is_taken_to_be(born: str, expected: date):
    assert autonomous_from(BirthDate(born)) == expected


def test_who_came_with_the_contract_is_covered_from_its_first_day_on():
    assert first_day(effective_date=date(2019, 6, 8), member_heard_at=JANUARY, heard_at=JANUARY) == date(2019, 6, 8)


def test_who_came_later_is_covered_from_the_day_in_paris_on_which_we_heard_of_them():
    earlier = datetime(2025, 5, 1, tzinfo=UTC)

    assert first_day(effective_date=date(2019, 6, 8), member_heard_at=earlier, heard_at=JANUARY) == date(2026, 2, 1)
    assert first_day(effective_date=date(2027, 1, 1), member_heard_at=earlier, heard_at=JANUARY) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("end_date", "removed_at", "expected"),
    [
        (None, None, None),
        (date(2026, 12, 31), None, date(2026, 12, 31)),
        (None, JANUARY, date(2026, 1, 31)),
        (date(2026, 12, 31), JANUARY, date(2026, 1, 31)),
        (date(2025, 12, 31), JANUARY, date(2025, 12, 31)),
    ],
)
def test_the_last_day_is_the_contracts_or_the_one_before_the_removal(
    end_date: date | None, removed_at: datetime | None, expected: date | None
):
    assert last_day(end_date=end_date, removed_at=removed_at) == expected


def test_there_is_nothing_to_tell_of_who_left_before_16_or_has_refused():
    at_16, day = date(2026, 3, 1), date(2026, 11, 21)
    covered = Autonomy(at_16, refused=False, first_day=date(2019, 1, 1), last_day=date(2026, 3, 1))
    left = Autonomy(at_16, refused=False, first_day=date(2019, 1, 1), last_day=date(2026, 2, 28))
    refused = Autonomy(at_16, refused=True, first_day=date(2019, 1, 1), last_day=None)
    younger = Autonomy(date(2026, 11, 22), refused=False, first_day=date(2019, 1, 1), last_day=None)

    assert [one.is_first_news_on(day) for one in (covered, left, refused, younger)] == [True, False, False, False]
    assert [one.look_again_after(day) for one in (covered, younger)] == [None, date(2026, 11, 22)]


def test_a_number_is_the_persons_unless_somebody_else_on_the_contract_has_it():
    mother, child, twin = BirthDate("1984-06-17"), BirthDate("2010-03-09"), BirthDate("2010-03-09")
    of_mother, of_child = "2840675111042", "1100375111042"

    assert is_own_number(of_child, child, is_members=False, others=[])
    assert not is_own_number(of_mother, child, is_members=True, others=[])
    assert not is_own_number(of_mother, child, is_members=False, others=[mother])
    assert is_own_number(of_mother, mother, is_members=False, others=[child, twin])
    assert not is_own_number(of_child, child, is_members=False, others=[twin])


def test_a_number_of_an_incomplete_record_still_says_the_year():
    born, other = BirthDate("1948-00-00"), BirthDate("1950-00-00")

    assert is_own_number("1482099351006", born, is_members=False, others=[other])
    assert not is_own_number("1482099351006", other, is_members=False, others=[born])


@pytest.mark.parametrize(
    ("recipient", "stays"),
    [
        (None, None),
        ("M. MARTIN JEAN", None),
        ("Famille martin", None),
        ("Mme Léa Le Goff", None),  # the person's own name: the line would stand for the person's own
        ("Chez Mme Öztürk", "Chez Mme Öztürk"),
        ("EHPAD « Les Mimosas », chambre 12", "EHPAD « Les Mimosas », chambre 12"),
    ],
)
def test_no_line_of_an_own_address_names_the_member(recipient: str | None, stays: str | None):
    address = {"recipient": recipient, "street": "3 place du 8-Mai-1945"}

    assert own_address(address, last_name="LE GOFF", members=["Martin", None]) == address | {"recipient": stays}


def test_without_the_members_names_no_such_line_stays():
    assert own_address({"recipient": "Chez Mme Öztürk"}, last_name="Le Goff") == {"recipient": None}

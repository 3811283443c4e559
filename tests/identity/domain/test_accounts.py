"""When an account may be used, by the calendar on a wall in Paris."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from identity_service.domain.accounts import Account, preferred
from service_kit.clock import civil_date


def account(number: int = 1, *, begins: date = date(2020, 1, 1), ends: date | None = None) -> Account:
    return Account(
        id=UUID(int=number),
        brand="mgas",
        member_id=UUID(int=100 + number),
        effective_from=begins,
        ended_on=ends,
        email_sealed=None,
        statement_digest=None,
        password_hash=None,
    )


def usable(one: Account, day: date, years: int = 5) -> bool:
    return one.usable_on(day, read_only_years=years)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC), False),  # summer: midnight in Paris is 22:00 UTC
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), True),
    ],
)
def test_an_account_opens_at_midnight_in_paris_in_summer(instant, expected):
    assert usable(account(begins=date(2026, 7, 1)), civil_date(instant)) is expected


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), False),  # winter: 23:00 UTC
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), True),
    ],
)
def test_an_account_opens_at_midnight_in_paris_in_winter(instant, expected):
    assert usable(account(begins=date(2027, 1, 1)), civil_date(instant)) is expected


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        (
            date(2026, 3, 29),
            datetime(2026, 3, 28, 23, 0, tzinfo=UTC),
        ),  # clocks go forward in that night, after midnight
        (date(2026, 3, 30), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 24, 22, 0, tzinfo=UTC)),  # clocks go back in that night
        (date(2026, 10, 26), datetime(2026, 10, 25, 23, 0, tzinfo=UTC)),
    ],
)
def test_the_changes_of_the_clock_move_no_date(day, opens):
    just_before = opens.replace(hour=opens.hour - 1, minute=59, second=59)

    assert not usable(account(begins=day), civil_date(just_before))
    assert usable(account(begins=day), civil_date(opens))


def test_an_ex_member_comes_in_for_five_years_to_the_day():
    ended = account(ends=date(2024, 6, 30))

    assert usable(ended, date(2024, 7, 1))
    assert usable(ended, date(2029, 6, 30))
    assert not usable(ended, date(2029, 7, 1))


def test_five_years_from_29_february_end_on_the_last_day_of_february():
    ended = account(ends=date(2024, 2, 29))

    assert usable(ended, date(2029, 2, 28))
    assert not usable(ended, date(2029, 3, 1))


def test_29_february_is_found_again_in_a_leap_year():
    ended = account(ends=date(2024, 2, 29))

    assert usable(ended, date(2032, 2, 29), years=8)
    assert not usable(ended, date(2032, 3, 1), years=8)


def test_an_end_at_the_end_of_all_calendars_is_no_error():
    assert usable(account(ends=date(9999, 12, 31)), date(2026, 1, 1))
    assert usable(account(ends=date(9996, 2, 29)), date(2026, 1, 1))


def test_a_contract_covers_its_first_and_its_last_day():
    one = account(begins=date(2024, 1, 1), ends=date(2024, 12, 31))

    assert [one.in_force_on(date(2023, 12, 31)), one.in_force_on(date(2024, 1, 1))] == [False, True]
    assert [one.in_force_on(date(2024, 12, 31)), one.in_force_on(date(2025, 1, 1))] == [True, False]


def test_of_several_the_one_in_force_is_meant_even_when_its_end_is_known():
    ended = account(1, begins=date(2023, 1, 1), ends=date(2024, 12, 31))
    ending = account(2, begins=date(2021, 1, 1), ends=date(2026, 12, 31))

    assert preferred([ended, ending], date(2026, 3, 1), read_only_years=5) == ending
    assert preferred([ending, ended], date(2026, 3, 1), read_only_years=5) == ending


def test_of_several_in_force_the_latest_to_begin_is_meant():
    older, newer = account(1, begins=date(2019, 1, 1)), account(2, begins=date(2022, 1, 1))

    assert preferred([newer, older], date(2026, 3, 1), read_only_years=5) == newer


def test_one_that_is_not_yet_in_force_is_not_meant():
    present, future = account(1, ends=date(2026, 12, 31)), account(2, begins=date(2027, 1, 1))

    assert preferred([present, future], date(2026, 12, 31), read_only_years=5) == present
    assert preferred([present, future], date(2027, 1, 1), read_only_years=5) == future


def test_nobody_is_meant_when_nobody_may_come_in():
    assert preferred([account(begins=date(2030, 1, 1))], date(2026, 3, 1), read_only_years=5) is None
    assert preferred([], date(2026, 3, 1), read_only_years=5) is None

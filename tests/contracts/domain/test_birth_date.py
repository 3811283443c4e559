"""Birth dates, complete and partial."""

from datetime import date, timedelta

import orjson
import pytest
from contracts_service.domain.birth_date import BirthDate, BirthDateError, parse_birth_date
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 21)


@given(st.dates(date(1900, 1, 1), TODAY))
def test_every_day_of_the_calendar_is_an_exact_birth_date(day: date) -> None:
    born = parse_birth_date(day.isoformat(), today=TODAY)

    assert day == born.exact == born.latest
    assert day.isoformat() == born.text


@pytest.mark.parametrize(
    ("text", "latest"),
    [
        ("1960-00-00", date(1960, 12, 31)),
        ("1960-31-12", date(1960, 12, 31)),
        ("1960-42-00", date(1960, 12, 31)),
        ("1960-99-31", date(1960, 12, 31)),
        ("1960-02-00", date(1960, 2, 29)),
        ("1961-12-00", date(1961, 12, 31)),
        ("2026-00-00", date(2026, 12, 31)),
        ("2026-11-00", date(2026, 11, 30)),
    ],
)
def test_a_partial_date_is_kept_as_written_and_has_a_latest_day(text: str, latest: date) -> None:
    born = parse_birth_date(text, today=TODAY)

    assert text == born.text
    assert born.exact is None
    assert latest == born.latest


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1960-02-30", "invalid-date"),
        ("1961-02-29", "invalid-date"),
        ("1960-13-01", "invalid-date"),
        ("1960-19-00", "invalid-date"),
        ("1960-00-32", "invalid-date"),
        ("0000-00-00", "invalid-date"),
        ("1960-1-1", "invalid-date"),
        ("17/05/1969", "invalid-date"),
        ("1969-05-17T00:00:00", "invalid-date"),
        ("1969-05-17\n", "invalid-date"),
        ("１９６９-05-17", "invalid-date"),
        ("2026-11-22", "date-in-future"),
        ("2026-12-00", "date-in-future"),
        ("2027-00-00", "date-in-future"),
        ("2027-42-00", "date-in-future"),
        ("9999-12-31", "date-in-future"),
        ("1895-12-31", "date-too-old"),
        ("1004-05-06", "date-too-old"),
    ],
)
def test_a_date_that_nobody_can_be_born_on_is_refused(text: str, code: str) -> None:
    with pytest.raises(BirthDateError) as caught:
        parse_birth_date(text, today=TODAY)

    assert code == caught.value.code


def test_a_child_may_be_born_today_and_a_very_old_person_130_years_ago() -> None:
    assert parse_birth_date(TODAY.isoformat(), today=TODAY).exact == TODAY
    assert parse_birth_date("1896-01-01", today=TODAY).latest.year == 1896


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(1, 3650))
def test_a_day_after_today_is_never_a_birth_date(today: date, days: int) -> None:
    with pytest.raises(BirthDateError) as caught:
        parse_birth_date((today + timedelta(days=days)).isoformat(), today=today)

    assert caught.value.code == "date-in-future"


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_a_typed_error(text: str) -> None:
    try:
        kept = parse_birth_date(text, today=TODAY).text
    except BirthDateError as error:
        kept = error.code

    assert kept in {text, "invalid-date", "date-in-future", "date-too-old"}


def test_a_birth_date_is_not_shown_by_accident() -> None:
    born = BirthDate("1969-05-17")

    assert "1969" not in f"{born} {born!r}"
    with pytest.raises(TypeError):
        orjson.dumps(born)

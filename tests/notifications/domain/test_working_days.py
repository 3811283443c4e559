"""French working days: known years, every region's own days, and time that runs on nothing else."""

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from notifications_service.domain.working_days import (
    Region,
    after_working_time,
    before_working_time,
    easter_sunday,
    holidays,
    is_working_day,
    working_days_from,
    working_time,
)
from service_kit.clock import PARIS, civil_date

pytestmark = pytest.mark.unit

REGIONS: tuple[Region, ...] = get_args(Region)
HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
FIXED = ("01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25")

regions = st.sampled_from(REGIONS)
instants = st.integers(0, 24 * 366 * 9).map(lambda hours: datetime(2024, 1, 1, tzinfo=UTC) + hours * HOUR)
durations = st.integers(1, 24 * 15).map(lambda hours: hours * HOUR)
CLOCK_CHANGES = (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC))  # the Saturdays before


def days_of(year: int, region: Region) -> set[str]:
    return {day.strftime("%m-%d") for day in holidays(year, region)}


@pytest.mark.parametrize(
    ("year", "moving"),
    [
        (2008, ("03-24", "05-01", "05-12")),  # Ascension on 1 May
        (2024, ("04-01", "05-09", "05-20")),
        (2025, ("04-21", "05-29", "06-09")),
        (2026, ("04-06", "05-14", "05-25")),
        (2027, ("03-29", "05-06", "05-17")),
        (2038, ("04-26", "06-03", "06-14")),  # as late as Easter can be
    ],
)
def test_the_days_of_the_law_are_those_of_the_calendar(year: int, moving: tuple[str, ...]):
    assert days_of(year, "metropole") == {*FIXED, *moving}


def test_easter_falls_where_it_has_fallen_and_will_fall():
    sundays = [date(1818, 3, 22), date(1943, 4, 25), date(2000, 4, 23), date(2019, 4, 21), date(2285, 3, 22)]

    assert [easter_sunday(day.year) for day in sundays] == sundays


@pytest.mark.parametrize(
    ("region", "own"),
    [
        ("metropole", set()),
        ("alsace-moselle", {"04-03", "12-26"}),
        ("guadeloupe", {"05-27"}),
        ("guyane", {"06-10"}),
        ("martinique", {"05-22"}),
        ("mayotte", {"04-27"}),
        ("reunion", {"12-20"}),
        ("saint-barthelemy", {"10-09"}),
        ("saint-martin", {"05-28"}),
        ("saint-pierre-et-miquelon", set()),
    ],
)
def test_a_region_has_its_own_days_beside_those_of_all(region: Region, own: set[str]):
    assert days_of(2026, region) - days_of(2026, "metropole") == own
    assert days_of(2026, "metropole") <= days_of(2026, region)


@pytest.mark.parametrize("year", range(2020, 2041))
def test_good_friday_is_a_friday_before_an_easter_monday(year: int):
    (good_friday, _) = sorted(holidays(year, "alsace-moselle") - holidays(year, "metropole"))

    assert good_friday.weekday() == 4
    assert good_friday + timedelta(days=3) in holidays(year, "metropole")


def test_from_friday_15_00_forty_eight_hours_end_on_tuesday_15_00():
    friday = datetime(2026, 11, 20, 15, tzinfo=PARIS)

    assert after_working_time(friday, 48 * HOUR, "metropole") == datetime(2026, 11, 24, 15, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("required", "promised", "region"),
    [
        ((2026, 4, 2, 15), (2026, 4, 7, 15), "metropole"),  # Easter: from Maundy Thursday over Monday
        ((2026, 4, 2, 15), (2026, 4, 8, 15), "alsace-moselle"),
        ((2026, 4, 30, 9), (2026, 5, 5, 9), "metropole"),  # 1 May is a Friday
        ((2026, 5, 7, 9), (2026, 5, 12, 9), "metropole"),  # 8 May too
        ((2026, 12, 24, 10), (2026, 12, 29, 10), "metropole"),
        ((2025, 12, 24, 10), (2025, 12, 29, 10), "metropole"),
        ((2025, 12, 24, 10), (2025, 12, 30, 10), "alsace-moselle"),
        ((2026, 3, 27, 23), (2026, 3, 31, 23), "metropole"),  # the clocks go forward on Sunday
        ((2026, 10, 23, 1), (2026, 10, 27, 1), "metropole"),  # and back
        ((2026, 11, 22, 4), (2026, 11, 25, 0), "metropole"),  # required on a Sunday: from Monday 0:00
    ],
)
def test_holidays_and_clock_changes_stop_the_clock(
    required: tuple[int, ...], promised: tuple[int, ...], region: Region
):
    end = after_working_time(datetime(*required, tzinfo=PARIS), 48 * HOUR, region)  # type: ignore[misc]

    assert end == datetime(*promised, tzinfo=PARIS).astimezone(UTC)  # type: ignore[misc]


@settings(deadline=None)
@given(instants, durations, regions)
@example(CLOCK_CHANGES[0], 3 * DAY, "metropole")
@example(CLOCK_CHANGES[1], 3 * DAY, "metropole")
def test_working_time_is_every_hour_of_a_working_day_and_no_other(start: datetime, length: timedelta, region: Region):
    hours = [start + number * HOUR for number in range(length // HOUR)]
    counted = sum(is_working_day(civil_date(hour), region) for hour in hours)

    assert working_time(start, start + length, region) == counted * HOUR


@settings(deadline=None)
@given(instants, durations, regions)
@example(CLOCK_CHANGES[0], 2 * DAY, "metropole")
@example(CLOCK_CHANGES[1], 2 * DAY, "metropole")
def test_what_is_added_has_passed_then_and_no_moment_sooner(start: datetime, length: timedelta, region: Region):
    end = after_working_time(start, length, region)

    assert working_time(start, end, region) == length
    assert working_time(start, end - HOUR / 60, region) < length


@settings(deadline=None)
@given(instants, durations, regions)
def test_what_is_taken_away_has_passed_since_and_not_since_any_later_moment(
    end: datetime, length: timedelta, region: Region
):
    start = before_working_time(end, length, region)

    assert working_time(start, end, region) == length
    assert working_time(start + HOUR / 60, end, region) < length


@settings(deadline=None)
@given(instants, instants, durations, regions)
def test_who_asks_later_is_promised_nothing_earlier(one: datetime, other: datetime, length: timedelta, region: Region):
    earlier, later = sorted((one, other))

    assert after_working_time(earlier, length, region) <= after_working_time(later, length, region)


@given(st.dates(date(2024, 1, 1), date(2060, 12, 31)), regions)
def test_no_holiday_and_no_weekend_is_a_working_day(day: date, region: Region):
    following = next(iter(working_days_from(day, region)))

    assert following >= day
    assert following.weekday() < 5
    assert following not in holidays(following.year, region)
    assert following - day <= timedelta(days=5)


def test_time_does_not_run_backwards():
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    assert working_time(now, now - DAY, "metropole") == timedelta()

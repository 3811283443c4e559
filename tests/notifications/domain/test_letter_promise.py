"""The promise on letters: until when, when to worry, and when the letter arrives."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notifications_service.domain.letter_promise import (
    Alarm,
    DeliveryWindow,
    alarm_limits,
    expected_delivery,
    promised_until,
)
from notifications_service.domain.letter_schedule import LetterRules, cut_off_that_takes, last_cut_off
from notifications_service.domain.working_days import working_time
from service_kit.clock import PARIS

pytestmark = pytest.mark.unit

RULES, ALSACE = LetterRules(), LetterRules(region="alsace-moselle")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
instants = st.integers(0, 60 * 24 * 366 * 9).map(lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + minutes * MINUTE)
rules_of_brands = st.builds(LetterRules, region=st.sampled_from(["metropole", "alsace-moselle", "reunion"]))


def paris(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS).astimezone(UTC)  # type: ignore[misc]


def alarms(required: datetime, now: datetime, rules: LetterRules = RULES) -> set[Alarm]:
    """Return in which alarms a letter is that still waits."""
    return {alarm for alarm, until in alarm_limits(rules, now).items() if promised_until(rules, required) <= until}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ((2026, 11, 24, 14, 59), set()),
        ((2026, 11, 24, 15, 0), {"waits-long"}),  # 24 working hours after Monday 15:00
        ((2026, 11, 25, 12, 59), {"waits-long"}),
        ((2026, 11, 25, 13, 0), {"waits-long", "last-cut-off"}),  # an hour before Wednesday's, the last before 15:00
        ((2026, 11, 25, 15, 0), {"waits-long", "last-cut-off"}),
        ((2026, 11, 25, 15, 1), {"waits-long", "last-cut-off", "broken"}),
    ],
)
def test_a_letter_of_monday_15_00_comes_into_one_alarm_after_the_other(now: tuple[int, ...], expected: set[Alarm]):
    assert alarms(paris(2026, 11, 23, 15, 0), paris(*now)) == expected


def test_over_a_weekend_nobody_is_alarmed():
    friday, monday = paris(2026, 11, 20, 15, 0), paris(2026, 11, 23, 12, 29)

    assert alarms(friday, monday) == set()
    assert alarms(friday, paris(2026, 11, 23, 15, 0)) == {"waits-long"}


def test_a_letter_that_came_just_after_the_closing_is_not_in_an_alarm_while_it_leaves():
    required = paris(2026, 11, 23, 12, 31)

    assert alarms(required, paris(2026, 11, 24, 12, 59)) == set()
    assert alarms(required, paris(2026, 11, 24, 13, 0)) == {"waits-long", "last-cut-off"}


@settings(deadline=None)
@given(rules_of_brands, instants)
def test_a_letter_that_leaves_with_its_cut_off_is_never_in_an_alarm(rules: LetterRules, required: datetime):
    taken = cut_off_that_takes(rules, required)

    assert alarms(required, taken.closes_at, rules) == set()
    assert alarms(required, taken.left_before - MINUTE, rules) == set()
    assert taken.at <= promised_until(rules, required)


@settings(deadline=None)
@given(rules_of_brands, instants, st.integers(0, 60 * 24 * 12))
def test_alarms_are_what_they_say(rules: LetterRules, required: datetime, waited: int):
    now, until = required + waited * MINUTE, promised_until(rules, required)
    found = alarms(required, now, rules)

    assert ("broken" in found) == (now > until)
    assert ("last-cut-off" in found) == (last_cut_off(rules, until).at - HOUR <= now)
    if "waits-long" in found:
        assert working_time(required, now, rules.region) >= 24 * HOUR
    if working_time(required, now, rules.region) >= 25 * HOUR:
        assert "waits-long" in found


@pytest.mark.parametrize(
    ("handed_over", "rules", "earliest", "latest"),
    [
        ((2026, 11, 23, 12, 31), RULES, (2026, 11, 25), (2026, 11, 26)),  # Monday
        ((2026, 11, 23, 14, 1), RULES, (2026, 11, 26), (2026, 11, 27)),  # after the cut-off: posted on Tuesday
        ((2026, 11, 26, 13, 0), RULES, (2026, 11, 28), (2026, 12, 1)),  # Thursday: Saturday at the earliest
        ((2026, 11, 27, 13, 0), RULES, (2026, 11, 30), (2026, 12, 2)),  # Friday
        ((2026, 4, 2, 13, 0), RULES, (2026, 4, 4), (2026, 4, 8)),  # before Easter
        ((2026, 4, 2, 13, 0), ALSACE, (2026, 4, 7), (2026, 4, 9)),
        ((2026, 12, 24, 13, 0), RULES, (2026, 12, 28), (2026, 12, 30)),
        ((2026, 11, 23, 13, 0), LetterRules(postage="URGENT"), (2026, 11, 25), (2026, 11, 25)),
        ((2026, 11, 23, 13, 0), LetterRules(postage="ECONOMIC"), (2026, 11, 25), (2026, 11, 27)),
    ],
)
def test_a_letter_arrives_between_two_days_of_the_post_and_as_many_working_days_as_its_postage_takes(
    handed_over: tuple[int, ...], rules: LetterRules, earliest: tuple[int, int, int], latest: tuple[int, int, int]
):
    assert expected_delivery(rules, paris(*handed_over)) == DeliveryWindow(date(*earliest), date(*latest))

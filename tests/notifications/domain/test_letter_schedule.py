"""Cut-offs of a print provider: with which one a letter leaves, whatever the season."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notifications_service.domain.letter_schedule import (
    CutOff,
    LetterRules,
    cut_off_that_takes,
    last_cut_off,
    leaves_at,
    next_cut_off,
    open_cut_off,
)
from notifications_service.domain.mail_course import LETTER_MARGIN, give_up_at
from notifications_service.domain.message_kinds import NOTICE_LIFE
from notifications_service.domain.working_days import Region, is_working_day
from pydantic import ValidationError
from service_kit.clock import PARIS, civil_date

pytestmark = pytest.mark.unit

RULES = LetterRules()
MINUTE = timedelta(minutes=1)

instants = st.integers(0, 60 * 24 * 366 * 9).map(lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + minutes * MINUTE)
rules_of_brands = st.builds(
    LetterRules,
    cut_off=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    lead_minutes=st.integers(61, 720),
    region=st.sampled_from(get_args(Region)),
)


def paris(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS).astimezone(UTC)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("required", "leaves_before", "region"),
    [
        ((2026, 11, 23, 12, 30), (2026, 11, 23, 14), "metropole"),  # Monday, just in time
        ((2026, 11, 23, 12, 31), (2026, 11, 24, 14), "metropole"),  # the batch is closed
        ((2026, 11, 20, 15, 0), (2026, 11, 23, 14), "metropole"),  # Friday afternoon
        ((2026, 4, 3, 9, 0), (2026, 4, 3, 14), "metropole"),  # Good Friday
        ((2026, 4, 3, 9, 0), (2026, 4, 7, 14), "alsace-moselle"),
        ((2026, 4, 3, 13, 0), (2026, 4, 7, 14), "metropole"),  # over Easter
        ((2026, 4, 30, 13, 0), (2026, 5, 4, 14), "metropole"),  # over 1 May
        ((2026, 5, 7, 13, 0), (2026, 5, 11, 14), "metropole"),  # over 8 May
        ((2026, 12, 24, 13, 0), (2026, 12, 28, 14), "metropole"),
        ((2025, 12, 24, 13, 0), (2025, 12, 26, 14), "metropole"),
        ((2025, 12, 24, 13, 0), (2025, 12, 29, 14), "alsace-moselle"),
        ((2027, 12, 17, 13, 0), (2027, 12, 21, 14), "reunion"),  # Monday 20 December
        ((2026, 3, 29, 2, 30), (2026, 3, 30, 14), "metropole"),  # the hour that there is not
        ((2026, 10, 25, 2, 30), (2026, 10, 26, 14), "metropole"),  # the hour that there is twice
    ],
)
def test_a_letter_leaves_with_the_first_cut_off_that_is_not_closed(
    required: tuple[int, ...], leaves_before: tuple[int, ...], region: Region
):
    rules = LetterRules(region=region)

    assert cut_off_that_takes(rules, paris(*required)).at == paris(*leaves_before)


def test_the_hour_is_that_of_paris_in_summer_and_in_winter():
    assert next_cut_off(RULES, paris(2026, 7, 1, 0)).at == datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert next_cut_off(RULES, paris(2026, 12, 1, 0)).at == datetime(2026, 12, 1, 13, tzinfo=UTC)


def test_batches_are_closed_from_the_closing_to_the_cut_off():
    cut_off = CutOff(paris(2026, 11, 23, 12, 30), paris(2026, 11, 23, 14))
    minutes = [(12, 29), (12, 30), (13, 59), (14, 0)]

    assert [open_cut_off(RULES, paris(2026, 11, 23, *at)) for at in minutes] == [None, cut_off, cut_off, None]
    assert open_cut_off(RULES, paris(2026, 11, 22, 13)) is None  # Sunday


@settings(deadline=None)
@given(rules_of_brands, instants)
def test_cut_offs_follow_each_other_on_working_days_only(rules: LetterRules, now: datetime):
    last, following = last_cut_off(rules, now), next_cut_off(rules, now)

    assert last.at <= now < following.at
    assert next_cut_off(rules, last.at) == following
    assert all(is_working_day(civil_date(one.at), rules.region) for one in (last, following))
    assert following.at - following.closes_at == timedelta(minutes=rules.lead_minutes)
    assert following.at - last.at <= timedelta(days=6)


@settings(deadline=None)
@given(rules_of_brands, instants)
def test_a_letter_is_taken_by_a_cut_off_that_was_not_closed_and_by_no_later_one(rules: LetterRules, required: datetime):
    taken = cut_off_that_takes(rules, required)
    before = last_cut_off(rules, taken.at - MINUTE)

    assert before.closes_at < required <= taken.closes_at


@settings(deadline=None)
@given(rules_of_brands, instants, st.integers(0, 60 * 24 * 10))
def test_a_letter_that_waits_leaves_now_or_at_a_closing(rules: LetterRules, required: datetime, waited: int):
    now = required + waited * MINUTE
    leaves = leaves_at(rules, "cut-off", required_at=required, now=now)
    cut_off = open_cut_off(rules, leaves)

    assert leaves_at(rules, "at-once", required_at=required, now=now) == now
    assert leaves >= now
    assert cut_off is not None
    assert required <= cut_off.closes_at


@settings(deadline=None)
@given(rules_of_brands, instants)
def test_a_code_of_three_weeks_outlives_three_cut_offs_before_its_letter_is_given_up(
    rules: LetterRules, required: datetime
):
    third = cut_off_that_takes(rules, required)
    for _ in range(2):
        third = next_cut_off(rules, third.at)

    assert third.at < give_up_at(required, required + timedelta(days=21), margin=LETTER_MARGIN)


@settings(deadline=None)
@given(rules_of_brands, instants)
def test_a_letter_without_a_code_meets_two_cut_offs_before_it_is_given_up(rules: LetterRules, required: datetime):
    second = next_cut_off(rules, cut_off_that_takes(rules, required).at)

    assert second.at < required + NOTICE_LIFE["letter"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"cut_off": "25:00"},
        {"cut_off": "14:00+02:00"},
        {"lead_minutes": 60},
        {"region": "lorraine"},
        {"promise_hours": 0},
    ],
)
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, Any]):
    with pytest.raises(ValidationError):
        LetterRules.model_validate(wrong)


def test_a_brand_that_says_nothing_has_a_provider_in_france_at_14_00():
    assert (RULES.cut_off, RULES.lead_minutes, RULES.region, RULES.promise_hours) == (time(14), 90, "metropole", 48)

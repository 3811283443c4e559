"""Instants in words."""

from datetime import UTC, date, datetime

import pytest
from service_kit.french_dates import date_in_words, deadline_in_words, last_whole_day, moment_in_words


def test_an_instant_is_told_in_paris_time_and_in_french():
    assert (
        moment_in_words(datetime(2026, 8, 21, 13, 4, tzinfo=UTC))
        == "vendredi 21\u00a0août\u00a02026 à 15\u00a0h\u00a004"
    )


def test_the_day_may_be_the_next_one_in_paris_and_the_first_is_an_ordinal():
    assert (
        moment_in_words(datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
        == "dimanche 1er\u00a0février\u00a02026 à 0\u00a0h\u00a030"
    )


@pytest.mark.parametrize(
    ("expires_at", "day"),
    [
        (datetime(2026, 12, 12, 9, 0, tzinfo=UTC), date(2026, 12, 11)),  # at ten in the morning of the 12th
        (datetime(2026, 12, 12, 23, 0, tzinfo=UTC), date(2026, 12, 12)),  # at midnight after the 12th
        (datetime(2026, 7, 12, 22, 0, tzinfo=UTC), date(2026, 7, 12)),  # the same in summer
    ],
)
def test_a_day_that_is_promised_is_a_whole_one(expires_at: datetime, day: date):
    assert last_whole_day(expires_at) == day


def test_a_date_whose_year_matters_is_told_with_it():
    assert date_in_words(date(2026, 12, 1)) == "1er\u00a0décembre\u00a02026"


@pytest.mark.parametrize(
    ("ends_at", "words"),
    [
        (datetime(2026, 2, 28, 23, 0, tzinfo=UTC), "samedi 28\u00a0février\u00a02026 à minuit"),
        (datetime(2026, 2, 28, 23, 1, tzinfo=UTC), "dimanche 1er\u00a0mars\u00a02026 à 0\u00a0h\u00a001"),
    ],
)
def test_a_deadline_at_the_end_of_a_day_is_told_by_that_day(ends_at: datetime, words: str):
    assert deadline_in_words(ends_at) == words

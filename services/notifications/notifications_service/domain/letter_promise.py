"""The promise that a letter is handed over within so many working hours; when to worry about it; when the letter will arrive.

The post promises no 48 hours any more: since 2023 the fastest industrial class takes two days (J+2), an ordinary letter three.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count, islice
from typing import Literal

from service_kit.clock import civil_date

from notifications_service.domain.letter_schedule import LEFT_BEFORE, LetterRules, Postage, last_cut_off, next_cut_off
from notifications_service.domain.working_days import (
    Region,
    after_working_time,
    before_working_time,
    holidays,
    working_days_from,
)

WAITS_LONG = timedelta(hours=24)  # of working time: each letter should have met a cut-off by then
FASTEST = 2
DAYS_IN_THE_POST: Mapping[Postage, int] = {"URGENT": FASTEST, "FAST": 3, "ECONOMIC": 4}
SUNDAY = 6

# Of a letter that waits: for 24 working hours; its last cut-off within the promise comes within the hour; the promise is broken.
Alarm = Literal["waits-long", "last-cut-off", "broken"]


def promised_until(rules: LetterRules, required_at: datetime) -> datetime:
    """Return by when a letter is handed over that is required at an instant."""
    return after_working_time(required_at, rules.promise, rules.region)


def alarm_limits(rules: LetterRules, now: datetime) -> dict[Alarm, datetime]:
    """Return of each alarm the instant until which promises end, of letters that still wait, to be in it now.

    Who requires a letter later has a promise that ends no earlier: so each alarm, too, is told by where promises end.
    """
    return {
        "waits-long": promised_until(rules, _required_long_ago(rules, now)),
        "last-cut-off": next_cut_off(rules, now + LEFT_BEFORE).at - timedelta.resolution,
        "broken": now - timedelta.resolution,
    }


def _required_long_ago(rules: LetterRules, now: datetime) -> datetime:
    """Return until when letters were required that have waited for too long.

    24 working hours, and a cut-off that takes them was at hand: in the last minutes of those hours a letter may just be leaving.
    """
    met = last_cut_off(rules, now + LEFT_BEFORE)
    return min(before_working_time(now, WAITS_LONG, rules.region), met.closes_at)


@dataclass(frozen=True)
class DeliveryWindow:
    """The first and the last day on which a letter is expected in the letterbox."""

    earliest: date
    latest: date


def expected_delivery(rules: LetterRules, handed_over_at: datetime) -> DeliveryWindow:
    """Return when a letter arrives that is (or will be) handed over at an instant: it is posted at the next cut-off."""
    return expected_after_posting(rules, next_cut_off(rules, handed_over_at).at)


def expected_after_posting(rules: LetterRules, posted_at: datetime) -> DeliveryWindow:
    """Return when a letter arrives that was posted at an instant.

    At the earliest after two days on which the post delivers (Saturdays are such days), at the latest after as many working days
    as the brand's postage takes.
    """
    after_posting = civil_date(posted_at) + timedelta(days=1)
    return DeliveryWindow(
        _nth(_days_of_the_post(after_posting, rules.region), FASTEST),
        _nth(working_days_from(after_posting, rules.region), DAYS_IN_THE_POST[rules.postage]),
    )


def _days_of_the_post(day: date, region: Region) -> Iterator[date]:
    days = (day + timedelta(days=days) for days in count())
    return (one for one in days if one.weekday() != SUNDAY and one not in holidays(one.year, region))


def _nth(days: Iterator[date], number: int) -> date:
    return next(islice(days, number - 1, None))

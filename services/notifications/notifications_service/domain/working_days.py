"""French working days, and time that runs on them only: 24 hours a day, Europe/Paris, whatever the region.

Eleven days by law, the two of Alsace-Moselle, and the day on which slavery was abolished overseas. Bridges and the customs of a
trade are no law. By hand, since the one library for it also counts customary days, and is 14 MB with two more behind it.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from typing import Literal

from service_kit.clock import PARIS, civil_date

Region = Literal[
    "metropole",
    "alsace-moselle",
    "guadeloupe",
    "guyane",
    "martinique",
    "mayotte",
    "reunion",
    "saint-barthelemy",
    "saint-martin",
    "saint-pierre-et-miquelon",
]

ONE_DAY = timedelta(days=1)
FRIDAY = 4

# Code du travail, L3133-1: (month, day), and days after Easter Sunday.
_EVERYWHERE = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY = 1, 39, 50
# L3134-13. Good Friday is one where the town has a protestant or a shared church: taken for the whole region, to promise less.
_GOOD_FRIDAY = -2
# L3134-13 and L3422-2. For Saint-Martin the code's text says otherwise by mistake; 28 May is what has been kept since 2018.
_OF_A_REGION: dict[Region, tuple[int, int]] = {
    "alsace-moselle": (12, 26),
    "guadeloupe": (5, 27),
    "guyane": (6, 10),
    "martinique": (5, 22),
    "mayotte": (4, 27),
    "reunion": (12, 20),
    "saint-barthelemy": (10, 9),
    "saint-martin": (5, 28),
}


def easter_sunday(year: int) -> date:
    """Return Easter Sunday of a year of the Gregorian calendar (Butcher's algorithm, any year from 1583 on)."""
    golden, (century, in_century) = year % 19, divmod(year, 100)
    leaps, rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moon + 15) % 30
    weekday = (32 + 2 * rest + 2 * (in_century // 4) - epact - in_century % 4) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=256)
def holidays(year: int, region: Region) -> frozenset[date]:
    """Return the days of a year that the law makes holidays in a region, whatever their weekday."""
    moving = [_EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY]
    if region == "alsace-moselle":
        moving.append(_GOOD_FRIDAY)
    fixed = [*_EVERYWHERE, *([_OF_A_REGION[region]] if region in _OF_A_REGION else [])]
    easter = easter_sunday(year)
    return frozenset(
        [date(year, month, day) for month, day in fixed] + [easter + timedelta(days=days) for days in moving]
    )


def is_working_day(day: date, region: Region) -> bool:
    """Tell whether a civil day is from Monday to Friday and no holiday."""
    return day.weekday() <= FRIDAY and day not in holidays(day.year, region)


def working_days_from(day: date, region: Region) -> Iterator[date]:
    """Yield the working days from `day` on, `day` included if it is one."""
    return (one for one in (day + timedelta(days=days) for days in count()) if is_working_day(one, region))


def midnight(day: date) -> datetime:
    """Return the instant at which a civil day begins in Paris."""
    return datetime.combine(day, time.min, PARIS).astimezone(UTC)


def working_time(start: datetime, end: datetime, region: Region) -> timedelta:
    """Return how much of the time from `start` to `end` lies on working days; nothing where `end` is earlier."""
    last, total = civil_date(end), timedelta()
    for day in working_days_from(civil_date(start), region):
        if day > last:
            return total
        total += max(min(midnight(day + ONE_DAY), end) - max(midnight(day), start), timedelta())
    return total


def after_working_time(start: datetime, duration: timedelta, region: Region) -> datetime:
    """Return when `duration` of working time has passed since `start`: from Friday 15:00, 48 hours end on Tuesday 15:00."""
    left = duration
    for day in working_days_from(civil_date(start), region):
        begins, ends = max(midnight(day), start), midnight(day + ONE_DAY)
        if left <= ends - begins:
            return begins + left
        left -= ends - begins
    raise AssertionError("there is always another working day")


def before_working_time(end: datetime, duration: timedelta, region: Region) -> datetime:
    """Return the latest instant since which `duration` of working time has passed at `end`."""
    left, day = duration, civil_date(end)
    while True:
        begins, ends = midnight(day), min(midnight(day + ONE_DAY), end)
        if is_working_day(day, region):
            if left <= ends - begins:
                return ends - left
            left -= ends - begins
        day -= ONE_DAY

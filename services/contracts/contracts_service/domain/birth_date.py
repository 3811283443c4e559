"""A birth date as the health insurance knows it: complete, or partial for people whose civil record is.

Files carry `1960-00-00`, or the months 20 to 99 that stand in a NIR for an unknown month ("lunar" dates). Such a date
is kept as it was written: with the birth rank it is the key of a beneficiary in every reimbursement file.
"""

import re
from datetime import date, timedelta

from contracts_service.domain.masked_value import MaskedValue
from contracts_service.domain.refused_value import RefusedValueError

OLDEST_AGE = 130
"""Years: an older date is a typing error (the oldest person ever known lived 122 years, in Arles)."""

_WRITTEN = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


class BirthDateError(RefusedValueError):
    """The text is no birth date; `code` is `invalid-date`, `date-in-future` or `date-too-old`."""


class BirthDate(MaskedValue):
    """A birth date `YYYY-MM-DD` whose month and day may be unknown. Raises BirthDateError (`invalid-date`)."""

    __slots__ = ()

    def __init__(self, text: str) -> None:
        _check_calendar(text)
        super().__init__(text)

    @property
    def text(self) -> str:
        """Return the date as it was written."""
        return self._plain

    @property
    def exact(self) -> date | None:
        """Return the day of birth, or None when the record is incomplete."""
        return date.fromisoformat(self._plain) if self.earliest == self.latest else None

    @property
    def latest(self) -> date:
        """Return the latest day that the record allows: who is of age from this day on surely is."""
        year, month, day = _numbers(self._plain)
        if not 1 <= month <= 12:
            return date(year, 12, 31)
        return date(year, month, day) if day else _last_day(year, month)

    @property
    def earliest(self) -> date:
        """Return the earliest day that the record allows."""
        year, month, day = _numbers(self._plain)
        return date(year, month, max(day, 1)) if 1 <= month <= 12 else date(year, 1, 1)


def parse_birth_date(text: str, *, today: date) -> BirthDate:
    """Read a birth date, complete or partial. Raises BirthDateError; a date after `today` is refused."""
    born = BirthDate(text)
    if born.earliest > today:
        raise BirthDateError("date-in-future")
    if born.latest.year < today.year - OLDEST_AGE:
        raise BirthDateError("date-too-old")
    return born


def _check_calendar(text: str) -> None:
    if not _WRITTEN.fullmatch(text):
        raise BirthDateError("invalid-date")
    year, month, day = _numbers(text)
    if year == 0 or 13 <= month <= 19:
        raise BirthDateError("invalid-date")
    last = _last_day(year, month).day if 1 <= month <= 12 else 31
    if day > last:
        raise BirthDateError("invalid-date")


def _numbers(text: str) -> tuple[int, int, int]:
    return int(text[:4]), int(text[5:7]), int(text[8:])


def _last_day(year: int, month: int) -> date:
    # The month after December 9999 has no date.
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)

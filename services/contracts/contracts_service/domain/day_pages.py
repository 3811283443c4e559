"""Pages of lists by day, newest first: what is added meanwhile neither repeats nor skips a line, and each page costs the same."""

from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

DayPosition = tuple[date, UUID]
"""Where a line stands: its day and its id."""

_LEAST = UUID(int=0)


@dataclass(frozen=True)
class DayPage:
    """The `limit` lines from the day `first` on that stand before the position `before`."""

    first: date
    before: DayPosition
    limit: int

    @classmethod
    def of(cls, *, year: int | None, after: DayPosition | None, limit: int) -> Self:
        """Return the page of a calendar year, or of all years, that follows the line `after`."""
        first = date.min if year is None else date(year, 1, 1)
        end = date.max if year is None else date(year + 1, 1, 1)
        return cls(first, after or (end, _LEAST), limit)

    @property
    def and_one_more(self) -> int:
        """Return how many lines to read: one more than are shown tells that others follow."""
        return self.limit + 1

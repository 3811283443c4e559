"""What lines add to the running totals, and take from them when they are replaced. Amounts are cents.

Filled by `usecases/save_reimbursements` for a chunk of lines; `store/reimbursement_years` and `store/statement_parts` add it up.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID


class SummedLine(Protocol):
    """What the totals need of a line."""

    @property
    def person_id(self) -> UUID: ...
    @property
    def care_date(self) -> date: ...
    @property
    def statement_id(self) -> UUID | None: ...
    @property
    def paid_on(self) -> date | None: ...
    @property
    def amount_spent(self) -> int: ...
    @property
    def mandatory_share(self) -> int: ...
    @property
    def complementary_share(self) -> int: ...
    @property
    def remaining_cost(self) -> int: ...
    @property
    def flat_contribution(self) -> int: ...
    @property
    def deductible(self) -> int: ...


@dataclass(slots=True)
class Sums:
    """Signed sums of lines."""

    lines: int = 0
    amount_spent: int = 0
    mandatory_share: int = 0
    complementary_share: int = 0
    remaining_cost: int = 0
    flat_contribution: int = 0
    deductible: int = 0

    @property
    def shares(self) -> tuple[int, int, int, int, int]:
        """Return the count and the four amounts."""
        return self.lines, self.amount_spent, self.mandatory_share, self.complementary_share, self.remaining_cost

    def add(self, line: SummedLine, times: int) -> None:
        """Add a line once, or take it away (-1)."""
        self.lines += times
        self.amount_spent += times * line.amount_spent
        self.mandatory_share += times * line.mandatory_share
        self.complementary_share += times * line.complementary_share
        self.remaining_cost += times * line.remaining_cost
        self.flat_contribution += times * line.flat_contribution
        self.deductible += times * line.deductible


@dataclass(slots=True)
class PartSums:
    """The same for one person on one statement, and the days between which the lines lie."""

    first_care_date: date
    last_care_date: date
    latest_paid_on: date | None = None
    is_news: bool = False  # a line has come that its reader may want to hear of
    has_lost_lines: bool = False  # so that the days are to be looked up
    sums: Sums = field(default_factory=Sums)


@dataclass(slots=True)
class Totals:
    """What a chunk changes: by person and civil year of care, and by statement and person."""

    years: dict[tuple[UUID, int], Sums] = field(default_factory=dict)
    parts: dict[tuple[UUID, UUID], PartSums] = field(default_factory=dict)

    def add(self, line: SummedLine, *, is_news: bool) -> None:
        """Add a line as it has become."""
        self._year_of(line).add(line, 1)
        part = self._part_of(line)
        if part is not None:
            part.sums.add(line, 1)
            part.first_care_date = min(part.first_care_date, line.care_date)
            part.last_care_date = max(part.last_care_date, line.care_date)
            if line.paid_on is not None:
                part.latest_paid_on = max(part.latest_paid_on or line.paid_on, line.paid_on)
            part.is_news |= is_news

    def take(self, line: SummedLine) -> None:
        """Take away a line as it was."""
        self._year_of(line).add(line, -1)
        part = self._part_of(line)
        if part is not None:
            part.sums.add(line, -1)
            part.has_lost_lines = True

    def _year_of(self, line: SummedLine) -> Sums:
        key = (line.person_id, line.care_date.year)
        found = self.years.get(key)
        if found is None:
            found = self.years[key] = Sums()
        return found

    def _part_of(self, line: SummedLine) -> PartSums | None:
        if line.statement_id is None:
            return None
        key = (line.statement_id, line.person_id)
        found = self.parts.get(key)
        if found is None:
            found = self.parts[key] = PartSums(line.care_date, line.care_date)
        return found

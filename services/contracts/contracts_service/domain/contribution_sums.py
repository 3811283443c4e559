"""What contributions add to the running totals of a contract, and take from them when they are replaced. Amounts are cents.

Filled by `usecases/save_contributions` for a chunk of lines; `store/contribution_years` adds it up.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from contracts_service.domain.contribution_status import OWED, PAID, is_called


class SummedContribution(Protocol):
    """What the totals need of a contribution."""

    @property
    def contract_id(self) -> UUID: ...
    @property
    def due_date(self) -> date: ...
    @property
    def amount(self) -> int: ...
    @property
    def tax_amount(self) -> int: ...
    @property
    def status(self) -> str: ...


@dataclass(slots=True)
class ContributionSums:
    """Signed sums of the contributions of one contract that are due in one year; `tax_amount` is the part of `amount`."""

    lines: int = 0
    amount: int = 0
    called: int = 0
    paid: int = 0
    unpaid: int = 0
    tax_amount: int = 0

    @property
    def columns(self) -> tuple[int, int, int, int, int, int]:
        """Return the sums in the order of the fields."""
        return self.lines, self.amount, self.called, self.paid, self.unpaid, self.tax_amount

    def add(self, line: SummedContribution, times: int) -> None:
        """Add a contribution once, or take it away (-1)."""
        self.lines += times
        self.amount += times * line.amount
        self.tax_amount += times * line.tax_amount
        self.called += times * line.amount * is_called(line.status)
        self.paid += times * line.amount * (line.status in PAID)
        self.unpaid += times * line.amount * (line.status in OWED)


def sum_changes(changes: list[tuple[SummedContribution, int]]) -> dict[tuple[UUID, int], ContributionSums]:
    """Return contract and year → what contributions that come (1) and go (-1) change."""
    sums: dict[tuple[UUID, int], ContributionSums] = {}
    for line, times in changes:
        sums.setdefault((line.contract_id, line.due_date.year), ContributionSums()).add(line, times)
    return sums

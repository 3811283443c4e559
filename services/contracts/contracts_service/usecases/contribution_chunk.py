"""A chunk of contribution lines held against what is kept: what each line does, and what is to be written in the end. No I/O."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from service_kit.clock import civil_date
from service_kit.entropy import Entropy

from contracts_service.domain.contribution_line import ContributionLine
from contracts_service.domain.contribution_status import OWED
from contracts_service.domain.line_problems import LineProblems
from contracts_service.domain.money_news import unpaid_is_news
from contracts_service.domain.plain_fields import problem_of
from contracts_service.store.contributions import ContributionRow


@dataclass
class ContributionChunk:
    """What the database knows (`known`, by line key), what the lines read so far make of it, and what was said of each."""

    entropy: Entropy
    contracts: dict[str, UUID]  # by membership number
    known: dict[UUID, ContributionRow]
    now: datetime
    replaced: list[ContributionRow] = field(default_factory=list)
    become_unpaid: list[ContributionRow] = field(default_factory=list)
    accepted: int = 0
    unchanged: int = 0
    refused: list[tuple[int, LineProblems]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with what is known."""
        self._present = dict(self.known)

    def read(self, number: int, line: ContributionLine, key: UUID) -> None:
        """Weigh the line that stands at `number`: it replaces what was known, unless it says the same."""
        if line.membership_number not in self.contracts:
            self.refused.append((number, LineProblems((problem_of("membership_number", "unknown-member"),))))
            return
        before = self._present.get(key)
        row = self._row(line, key, before)
        if before is not None and before.content == row.content:
            self.unchanged += 1
            return
        self._present[key] = row
        self.accepted += 1
        if before is not None:
            self.replaced.append(before)
        if self._becomes_unpaid(row, before):
            self.become_unpaid.append(row)

    def changed(self) -> list[ContributionRow]:
        """Return the contributions to write, as they are in the end."""
        return [row for key, row in self._present.items() if self.known.get(key) is not row]

    def _becomes_unpaid(self, row: ContributionRow, before: ContributionRow | None) -> bool:
        if row.status != "unpaid" or (before is not None and before.status in OWED):
            return False
        return unpaid_is_news(row.due_date, today=civil_date(self.now), was_known=before is not None)

    def _row(self, line: ContributionLine, key: UUID, before: ContributionRow | None) -> ContributionRow:
        return ContributionRow(
            id=self.entropy.new_id() if before is None else before.id,
            line_key=key,
            reference=line.reference,
            saved_at=self.now,
            version=1 if before is None else before.version + 1,
            contract_id=self.contracts[line.membership_number],
            due_date=line.due_date,
            period_start=line.period_start,
            period_end=line.period_end,
            amount=line.amount,
            tax_amount=line.tax_amount,
            status=line.status,
            paid_on=line.paid_on,
            method=line.method,
        )

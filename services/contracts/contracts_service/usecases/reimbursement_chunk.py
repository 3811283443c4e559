"""A chunk of reimbursement lines held against what is kept: what each line does, and what is to be written in the end. No I/O."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from service_kit.entropy import Entropy

from contracts_service.domain.insured_people import InsuredContract, InsuredPerson, choose_person
from contracts_service.domain.known_line import Told, contradiction, effect_of
from contracts_service.domain.line_problems import LineProblems
from contracts_service.domain.money_news import settlement_is_news
from contracts_service.domain.plain_fields import problem_of
from contracts_service.domain.reimbursement_line import ReimbursementLine
from contracts_service.domain.reimbursement_sums import Totals
from contracts_service.store.reimbursements import ReimbursementRow
from contracts_service.usecases.reimbursement_rows import Place, StatementNames, reimbursement_row


@dataclass
class ReimbursementChunk:
    """What the database knows (`known`, by line key), what the lines read so far make of it, and what was said of each."""

    entropy: Entropy
    contracts: dict[str, InsuredContract]  # by membership number
    known: dict[UUID, ReimbursementRow]
    names: StatementNames
    replaced: list[ReimbursementRow] = field(default_factory=list)
    accepted: int = 0
    unchanged: int = 0
    refused: list[tuple[int, LineProblems]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with what is known."""
        self._present = dict(self.known)

    def read(self, number: int, line: ReimbursementLine, key: UUID) -> None:
        """Weigh the line that stands at `number`; an old revision that comes again is not even looked at."""
        before = self._present.get(key)
        if before is not None and line.revision < before.revision:
            self.unchanged += 1
            return
        person = self._person(line, before)
        if isinstance(person, LineProblems):
            self.refused.append((number, person))
            return
        contract_id = self.contracts[line.membership_number].id
        reimbursement_id = self.entropy.new_id() if before is None else before.id
        place = Place(reimbursement_id, key, contract_id, person)
        self._weigh(number, reimbursement_row(line, place, self.names), before)

    def _weigh(self, number: int, row: ReimbursementRow, before: ReimbursementRow | None) -> None:
        effect = effect_of(_told(row), None if before is None else _told(before))
        if effect == "contradicts":
            self.refused.append((number, contradiction()))
        elif effect == "unchanged":
            self.unchanged += 1
        else:
            self._present[row.line_key] = row
            self.accepted += 1
            if before is not None:
                self.replaced.append(before)

    def _person(self, line: ReimbursementLine, before: ReimbursementRow | None) -> InsuredPerson | LineProblems:
        contract = self.contracts.get(line.membership_number)
        if contract is None:
            return LineProblems((problem_of("membership_number", "unknown-member"),))
        people = contract.born(line.birth_date, line.birth_rank)
        if before is not None and before.revision == line.revision:
            # Whoever it was when the line came: somebody else with the same birth date may have joined the contract since.
            people = [one for one in people if one.id == before.person_id] or people
        person = choose_person(people)
        if person is None:
            code = "ambiguous-beneficiary" if people else "unknown-beneficiary"
            return LineProblems((problem_of("beneficiary", code),))
        return person

    def changed(self) -> list[ReimbursementRow]:
        """Return the lines to write, as they are in the end."""
        return [row for key, row in self._present.items() if self.known.get(key) is not row]

    def totals(self, changed: list[ReimbursementRow], *, today: date) -> Totals:
        """Return what `changed` adds to the running totals and takes from them."""
        totals = Totals()
        for row in changed:
            before = self.known.get(row.line_key)
            if before is not None:
                totals.take(before)
            totals.add(row, is_news=not _was_told(row, before) and settlement_is_news(row.paid_on, today=today))
        return totals


def _told(row: ReimbursementRow) -> Told:
    return Told(row.revision, row.content)


def _was_told(row: ReimbursementRow, before: ReimbursementRow | None) -> bool:
    if before is None or before.paid_on is None:
        return False
    return (before.statement_id, before.person_id) == (row.statement_id, row.person_id)

"""A line of reimbursement as a row: whose it is, on which statement, and what the health insurance has withheld."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contracts_service.domain.insured_people import InsuredPerson
from contracts_service.domain.reimbursement_line import ReimbursementLine
from contracts_service.domain.statement_day import statement_day
from contracts_service.domain.withheld_amounts import NOTHING, Withheld, owes_from, withheld_from
from contracts_service.store.reimbursements import ReimbursementRow
from contracts_service.store.statement_parts import StatementName, StatementRow


@dataclass
class StatementNames:
    """The statements that a chunk of lines may name; a new one is made when a line names it, and kept when a line stays on it."""

    known: dict[StatementName, StatementRow]
    new_id: Callable[[], UUID]
    now: datetime

    def __post_init__(self) -> None:
        """Tell those that are written from those that are made here."""
        self._written = {row.id for row in self.known.values()}
        self.days: dict[UUID, date] = {row.id: row.dated_on for row in self.known.values()}

    def id_of(self, contract_id: UUID, line: ReimbursementLine) -> UUID | None:
        """Return the statement that `line` names, a new one where it is the first to do so."""
        if line.statement is None:
            return None
        name = contract_id, line.statement
        row = self.known.get(name)
        if row is None:
            day = statement_day(line.statement, paid_on=line.paid_on, care_date=line.care_date)
            row = self.known[name] = StatementRow(self.new_id(), contract_id, line.statement, day, self.now)
            self.days[row.id] = day
        return row.id

    def new_among(self, rows: list[ReimbursementRow]) -> list[StatementRow]:
        """Return the statements that are not written yet, and that at least one of `rows` is on."""
        used = {row.statement_id for row in rows} - self._written
        return [row for row in self.known.values() if row.id in used]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line belongs: its own id, its identity in files, the contract and the person."""

    id: UUID
    line_key: UUID
    contract_id: UUID
    person: InsuredPerson


def reimbursement_row(line: ReimbursementLine, place: Place, names: StatementNames) -> ReimbursementRow:
    """Return the row of `line`."""
    withheld = _withheld(line, place.person)
    return ReimbursementRow(
        id=place.id,
        line_key=place.line_key,
        source=line.source,
        line_id=line.line_id,
        saved_at=names.now,
        flat_contribution=withheld.flat_contribution,
        deductible=withheld.deductible,
        revision=line.revision,
        care_date=line.care_date,
        person_id=place.person.id,
        contract_id=place.contract_id,
        statement_id=names.id_of(place.contract_id, line),
        amount_spent=line.amount_spent,
        mandatory_share=line.mandatory_share,
        complementary_share=line.complementary_share,
        remaining_cost=line.remaining_cost,
        base=line.base,
        rate=line.rate,
        paid_on=line.paid_on,
        act=line.act,
        provider=line.provider,
        payee=line.payee,
    )


def _withheld(line: ReimbursementLine, person: InsuredPerson) -> Withheld:
    if line.care_date < owes_from(person.birth_date):
        return NOTHING
    return withheld_from(line.act, line.care_date, base=line.base, rate=line.rate, mandatory_share=line.mandatory_share)

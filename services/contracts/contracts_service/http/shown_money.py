"""How lines of money are shown: amounts as signed decimals in euros, days as civil dates. Used by every list of them."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from service_kit.http.cursors import LONGEST

from contracts_service.domain.money import euros
from contracts_service.domain.plain_fields import EARLIEST, LATEST
from contracts_service.domain.reimbursement_line import Payee, rate_text
from contracts_service.domain.reimbursement_sums import Sums
from contracts_service.store.shown_reimbursements import ShownReimbursement


class MoneyPageQuery(BaseModel):
    """Which part of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, max_length=LONGEST)


class YearPageQuery(MoneyPageQuery):
    """Which part of a list, and of which calendar year: all of them, where none is named."""

    year: int | None = Field(None, ge=EARLIEST, le=LATEST)


class ReimbursementAnswer(BaseModel):
    """A line of reimbursement. `amount_spent` is the sum of the two shares and of the remaining cost; a reversal is negative."""

    id: UUID
    person_id: UUID
    care_date: date
    act: str
    provider: str | None
    payee: Payee | None
    amount_spent: str
    base: str | None
    rate: str | None
    mandatory_share: str
    complementary_share: str
    remaining_cost: str
    paid_on: date | None
    statement_id: UUID | None
    statement: str | None
    revision: int


class SharesAnswer(BaseModel):
    """Lines summed: how many, what was spent, who has paid which share, and what remained."""

    lines: int
    amount_spent: str
    mandatory_share: str
    complementary_share: str
    remaining_cost: str


class TotalsAnswer(SharesAnswer):
    """The same, and what the health insurance withheld (code de la sécurité sociale, L160-13)."""

    flat_contributions: str
    deductibles: str

    @classmethod
    def of(cls, sums: Sums) -> "TotalsAnswer":
        """Return how sums are shown."""
        withheld = {"flat_contributions": euros(sums.flat_contribution), "deductibles": euros(sums.deductible)}
        return cls(lines=sums.lines, **shares(sums), **withheld)


def shares(summed: Any) -> dict[str, str]:
    """Return the four amounts of a line, or of sums of lines, as they are shown."""
    names = ("amount_spent", "mandatory_share", "complementary_share", "remaining_cost")
    return {name: euros(getattr(summed, name)) for name in names}


def line_fields(line: ShownReimbursement) -> dict[str, Any]:
    """Return the fields of a ReimbursementAnswer.

    A page is made of plain values: a model for each of a hundred lines would cost more than reading them.
    """
    return {
        "id": str(line.id),
        "person_id": str(line.person_id),
        "care_date": line.care_date,
        "act": line.act,
        "provider": line.provider,
        "payee": line.payee,
        "amount_spent": euros(line.amount_spent),
        "base": None if line.base is None else euros(line.base),
        "rate": None if line.rate is None else rate_text(line.rate),
        "mandatory_share": euros(line.mandatory_share),
        "complementary_share": euros(line.complementary_share),
        "remaining_cost": euros(line.remaining_cost),
        "paid_on": line.paid_on,
        "statement_id": None if line.statement_id is None else str(line.statement_id),
        "statement": line.statement,
        "revision": line.revision,
    }

"""One line of `kind=contributions`: bytes or a decoded object → a ContributionLine, or all that is wrong with it.

Called for each line of an import; `usecases/save_contributions` holds it against what is kept. Amounts are cents.
"""

from datetime import date
from typing import Any, NamedTuple, get_args

from contracts_service.domain.contribution_status import ContributionStatus, PaymentMethod
from contracts_service.domain.line_json import decode_line
from contracts_service.domain.line_problems import LineProblems
from contracts_service.domain.plain_fields import (
    amount_field,
    choice_field,
    date_field,
    problem_of,
    read_fields,
    text_field,
)


class ContributionLine(NamedTuple):
    """A contribution as a file tells it."""

    membership_number: str
    reference: str
    period_start: date
    period_end: date
    due_date: date
    amount: int
    tax_amount: int
    status: ContributionStatus
    paid_on: date | None
    method: PaymentMethod | None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(•••)"


_FIELDS = (
    text_field("membership_number", max_length=100),
    text_field("reference", max_length=100),
    date_field("period_start"),
    date_field("period_end"),
    date_field("due_date"),
    amount_field("amount"),
    amount_field("tax_amount"),
    choice_field("status", frozenset(get_args(ContributionStatus))),
    date_field("paid_on", nullable=True),
    choice_field("method", frozenset(get_args(PaymentMethod)), nullable=True),
)


def parse_contribution_line(raw: bytes | dict[str, Any]) -> ContributionLine | LineProblems:
    """Read one line of an import, or an object that was decoded before."""
    decoded = decode_line(raw) if isinstance(raw, bytes) else raw
    if isinstance(decoded, LineProblems):
        return decoded
    values, problems = read_fields(decoded, _FIELDS)
    if problems:
        return LineProblems(tuple(problems))
    line = ContributionLine(*values)
    if line.period_end < line.period_start:
        return LineProblems((problem_of("period_end", "period-reversed"),))
    return line

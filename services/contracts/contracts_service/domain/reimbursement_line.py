"""One line of `kind=reimbursements`: bytes or a decoded object → a ReimbursementLine, or all that is wrong with it.

Called for each line of an import; `usecases/save_reimbursements` holds it against what is kept. Amounts are cents, signed: a
reversal is a negative line. The rate is in hundredths of a percent.
"""

import re
from datetime import date
from typing import Any, Literal, NamedTuple, get_args

from contracts_service.domain.line_json import decode_line
from contracts_service.domain.line_problems import LineProblems
from contracts_service.domain.plain_fields import (
    PlainField,
    amount_field,
    birth_date_field,
    choice_field,
    date_field,
    number_field,
    problem_of,
    read_fields,
    text_field,
)
from contracts_service.domain.refused_value import RefusedValueError

Payee = Literal["member", "beneficiary", "professional"]

MOST_RATE = 1000 * 100
"""Contracts promise up to several times the base, the mandatory share included."""

_RATE = re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,2}))?")


class ReimbursementLine(NamedTuple):
    """A reimbursement as a file tells it; `birth_date` and `birth_rank` say whose it is among the people of the contract."""

    membership_number: str
    source: str
    line_id: str
    revision: int
    statement: str | None
    care_date: date
    act: str
    provider: str | None
    amount_spent: int
    base: int | None
    rate: int | None
    mandatory_share: int
    complementary_share: int
    remaining_cost: int
    paid_on: date | None
    payee: str | None
    birth_date: str
    birth_rank: int

    def __repr__(self) -> str:
        return f"{type(self).__name__}(•••)"


def rate_text(rate: int) -> str:
    """Write hundredths of a percent as the percentage: 6500 → "65", 3333 → "33.33"."""
    return f"{rate // 100}.{rate % 100:02d}".removesuffix(".00")


def parse_reimbursement_line(raw: bytes | dict[str, Any]) -> ReimbursementLine | LineProblems:
    """Read one line of an import, or an object that was decoded before."""
    decoded = decode_line(raw) if isinstance(raw, bytes) else raw
    if isinstance(decoded, LineProblems):
        return decoded
    values, problems = read_fields(decoded, _FIELDS)
    person, person_problems = _read_person(decoded.get("beneficiary"))
    if problems or person_problems:
        return LineProblems((*problems, *person_problems))
    line = ReimbursementLine(*values[:-1], *person)
    if line.amount_spent != line.mandatory_share + line.complementary_share + line.remaining_cost:
        return LineProblems((problem_of("amount_spent", "amounts-do-not-add-up"),))
    return line


def _read_person(value: Any) -> tuple[list[Any], Any]:
    return read_fields(value, _PERSON_FIELDS, inside="beneficiary.") if isinstance(value, dict) else ([], ())


def _read_object(value: Any) -> None:
    if not isinstance(value, dict):
        raise RefusedValueError("object-required")


def _read_rate(value: Any) -> int:
    if not isinstance(value, str):
        raise RefusedValueError("text-required")
    found = _RATE.fullmatch(value)
    if found is None:
        raise RefusedValueError("invalid-rate")
    rate = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if rate > MOST_RATE:
        raise RefusedValueError("invalid-rate")
    return rate


_FIELDS = (
    text_field("membership_number", max_length=100),
    text_field("source", max_length=100),
    text_field("line_id", max_length=200),
    number_field("revision", least=0),
    text_field("statement", max_length=50, nullable=True),
    date_field("care_date"),
    text_field("act", max_length=200),
    text_field("provider", max_length=200, nullable=True),
    amount_field("amount_spent"),
    amount_field("base", nullable=True),
    PlainField("rate", _read_rate, nullable=True),
    amount_field("mandatory_share"),
    amount_field("complementary_share"),
    amount_field("remaining_cost"),
    date_field("paid_on", nullable=True),
    choice_field("payee", frozenset(get_args(Payee)), nullable=True),
    PlainField("beneficiary", _read_object),
)
_PERSON_FIELDS = (birth_date_field("birth_date"), number_field("birth_rank", least=1, most=9))

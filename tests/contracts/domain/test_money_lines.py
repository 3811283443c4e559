"""Lines of contributions and reimbursements: what is read, and what is refused by field and code."""

import json
from datetime import date
from typing import Any

import pytest
from contracts_service.domain.contribution_line import ContributionLine, parse_contribution_line
from contracts_service.domain.line_problems import LineProblems
from contracts_service.domain.reimbursement_line import ReimbursementLine, parse_reimbursement_line, rate_text

from tests.support.money_lines import contribution_line, reimbursement_line

NUMBER = "00412307"


def read(line: dict[str, Any]) -> ReimbursementLine:
    found = parse_reimbursement_line(json.dumps(line).encode())
    assert isinstance(found, ReimbursementLine), found
    return found


def refused(found: ContributionLine | ReimbursementLine | LineProblems) -> list[tuple[str, str]]:
    assert isinstance(found, LineProblems)
    return [(problem.field, problem.code) for problem in found.fields]


def test_a_reimbursement_is_read_in_cents_and_hundredths_of_a_percent() -> None:
    line = read(reimbursement_line(NUMBER, "1", rate="70.00", base="30.00", act="Séance d’orthophonie"))

    assert (line.amount_spent, line.mandatory_share, line.complementary_share, line.remaining_cost) == (
        3000,
        1900,
        900,
        200,
    )
    assert (line.base, line.rate, line.care_date) == (3000, 7000, date(2026, 10, 6))
    assert (line.birth_date, line.birth_rank, line.act) == ("1969-05-17", 1, "Séance d’orthophonie")


def test_what_may_be_null_may_be_left_out() -> None:
    optional = ("statement", "provider", "base", "rate", "paid_on", "payee")
    line = reimbursement_line(NUMBER, "1")
    without = {name: value for name, value in line.items() if name not in optional}

    assert read(without) == read(line | dict.fromkeys(optional))


def test_a_partial_birth_date_is_a_key_like_any_other() -> None:
    assert read(reimbursement_line(NUMBER, "1", birth_date="1960-00-00")).birth_date == "1960-00-00"


def test_amounts_that_do_not_add_up_to_the_cent_are_refused() -> None:
    line = reimbursement_line(NUMBER, "1", amount_spent="30.01")

    assert refused(parse_reimbursement_line(line)) == [("amount_spent", "amounts-do-not-add-up")]


def test_a_negative_line_adds_up_like_any_other() -> None:
    amounts = {"amount_spent": "-30.00", "mandatory_share": "-19.00", "complementary_share": "-11.00"}

    assert read(reimbursement_line(NUMBER, "1", **amounts, remaining_cost="-0.00")).amount_spent == -3000


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"amount_spent": 30.0}, [("amount_spent", "text-required")]),
        ({"mandatory_share": "19"}, [("mandatory_share", "invalid-amount")]),
        ({"revision": True}, [("revision", "number-required")]),
        ({"revision": -1}, [("revision", "too-small")]),
        ({"revision": 2**31}, [("revision", "too-large")]),
        ({"care_date": "2026-02-30"}, [("care_date", "invalid-date")]),
        ({"care_date": "0026-02-03"}, [("care_date", "date-out-of-range")]),
        ({"rate": "65 %"}, [("rate", "invalid-rate")]),
        ({"rate": "1000.01"}, [("rate", "invalid-rate")]),
        ({"payee": "neighbour"}, [("payee", "unknown-value")]),
        ({"act": None}, [("act", "text-required")]),
        ({"act": " "}, [("act", "empty-text")]),
        ({"act": "x" * 201}, [("act", "too-long")]),
        ({"provider": "Dr\u202eX"}, [("provider", "forbidden-characters")]),
        ({"beneficiary": None}, [("beneficiary", "object-required")]),
        ({"beneficiary": {"birth_date": "1969-13-01", "birth_rank": 10, "nir": "1"}},
         [("beneficiary.birth_date", "invalid-date"), ("beneficiary.birth_rank", "too-large"),
          ("beneficiary.nir", "unknown-field")]),
        ({"colour": "blue"}, [("colour", "unknown-field")]),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_its_code(changes: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    assert refused(parse_reimbursement_line(reimbursement_line(NUMBER, "1", **changes))) == problems


def test_everything_that_is_wrong_is_told_at_once_and_no_value_is_repeated() -> None:
    found = parse_reimbursement_line({"act": "Chimiothérapie\u0000", "rate": 70})

    assert len(refused(found)) == 12
    assert "Chimio" not in repr(found)


def test_a_line_does_not_print_itself() -> None:
    assert "orthophonie" not in repr(read(reimbursement_line(NUMBER, "1", act="Séance d’orthophonie")))


@pytest.mark.parametrize(("text", "written"), [("65", "65"), ("70.00", "70"), ("33.3", "33.30"), ("0", "0")])
def test_a_rate_is_written_without_idle_zeros(text: str, written: str) -> None:
    rate = read(reimbursement_line(NUMBER, "1", rate=text)).rate

    assert rate_text(rate or 0) == written


def test_a_contribution_is_read() -> None:
    line = parse_contribution_line(json.dumps(contribution_line(NUMBER, "C1", amount="-12.00", paid_on=None)).encode())

    assert isinstance(line, ContributionLine)
    assert (line.amount, line.tax_amount, line.status, line.paid_on) == (-1200, 1074, "paid", None)


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"status": "lost"}, [("status", "unknown-value")]),
        ({"method": "barter"}, [("method", "unknown-value")]),
        ({"period_end": "2026-10-31"}, [("period_end", "period-reversed")]),
        ({"tax_amount": None}, [("tax_amount", "text-required")]),
        ({"paid": True}, [("paid", "unknown-field")]),
    ],
)
def test_a_wrong_contribution_is_refused(changes: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    assert refused(parse_contribution_line(contribution_line(NUMBER, "C1", **changes))) == problems

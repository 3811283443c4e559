"""Files of lines, as a back office sends them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
from contracts_service.domain.contribution_line import ContributionLine
from contracts_service.domain.money import euros
from contracts_service.domain.reimbursement_line import ReimbursementLine, rate_text

AMOUNTS = ("amount_spent", "base", "mandatory_share", "complementary_share", "remaining_cost")


def reimbursement_json(line: ReimbursementLine) -> dict[str, Any]:
    """Return a line of `kind=reimbursements`."""
    told = line._asdict()
    person = {"birth_date": told.pop("birth_date"), "birth_rank": told.pop("birth_rank")}
    amounts = {name: None if told[name] is None else euros(told[name]) for name in AMOUNTS}
    return {**told, **amounts, "rate": None if line.rate is None else rate_text(line.rate), "beneficiary": person}


def contribution_json(line: ContributionLine) -> dict[str, Any]:
    """Return a line of `kind=contributions`."""
    return {**line._asdict(), "amount": euros(line.amount), "tax_amount": euros(line.tax_amount)}


def write_ndjson(file: Path, lines: Iterable[dict[str, Any]]) -> int:
    """Write a file of lines and return how many there are; days are written as orjson does, 2026-11-05."""
    count = 0
    with file.open("wb") as output:
        for line in lines:
            output.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return count

"""docs/imports.md: its example is taken, and its tables name every field and word that the readers know."""

import re
from pathlib import Path
from typing import get_args

import pytest
from contracts_service.domain.contribution_status import ContributionStatus, PaymentMethod
from contracts_service.domain.enrolment_line import ContractKind, Relation
from contracts_service.domain.file_columns import COLUMNS
from contracts_service.domain.import_states import ImportKind
from contracts_service.domain.reimbursement_line import Payee

from tests.support.contracts_fixtures import OpenContracts, enrolment_line, ndjson
from tests.support.import_lines import reimbursement_line

PAGE = (Path(__file__).parents[2] / "docs" / "imports.md").read_text(encoding="utf-8")


async def test_the_batch_of_corrections_on_the_page_does_what_it_says(contracts: OpenContracts) -> None:
    (batch,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    await contracts.send(ndjson([enrolment_line(1)]))
    await contracts.send(ndjson(reimbursement_line(1, number) for number in (1, 2)), kind="reimbursements")
    _, first = await contracts.send(batch.encode(), kind="reimbursements")
    _, again = await contracts.send(batch.encode(), kind="reimbursements")
    rows = await contracts.fetch("SELECT line_id, revision, complementary_share FROM reimbursements ORDER BY line_id")
    total = await contracts.fetch("SELECT lines, amount_spent, complementary_share FROM reimbursement_years")
    kept = await contracts.fetch("SELECT revision, complementary_share FROM reimbursement_revisions")

    assert (first["accepted"], again["unchanged"]) == (2, 2)
    assert [tuple(row) for row in rows] == [
        ("2026-00000001", 2, 1100),
        ("2026-00000002", 1, 900),
        ("2026-00000002-R", 1, -900),
    ]
    assert [tuple(row) for row in kept] == [(1, 900)]
    assert [tuple(row) for row in total] == [(3, 3000, 1100)]


@pytest.mark.parametrize("kind", COLUMNS)
def test_the_page_names_every_field_and_every_word(kind: ImportKind) -> None:
    section = PAGE.partition(f"## kind={kind}\n")[2].partition("\n## ")[0]
    words = set(re.findall(r"[a-z_]+", section))
    fields = {part for column in COLUMNS[kind].known for part in column.split(".")} - {"*"}
    known = {
        "members": {*get_args(ContractKind), *get_args(Relation)},
        "contributions": {*get_args(ContributionStatus), *get_args(PaymentMethod)},
        "reimbursements": {*get_args(Payee)},
    }[kind]

    assert (fields | known) - words == set()

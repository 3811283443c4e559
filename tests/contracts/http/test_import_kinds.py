"""Files of each kind, in NDJSON and CSV, over HTTP: the same lines come to the same."""

import json
from typing import Any

import pytest
from contracts_service.domain.file_lines import FileLine
from contracts_service.domain.line_json import MOST_BYTES
from contracts_service.usecases.process_imports import process_due_imports

from tests.support.contracts_fixtures import OpenContracts, enrolment_line, many_lines, ndjson
from tests.support.csv_files import csv_file
from tests.support.import_lines import contribution_line, reimbursement_line

CSV = {"Content-Type": "text/csv; charset=utf-8"}


def counts(answer: dict[str, Any]) -> tuple[int, int, int]:
    return answer["accepted"], answer["unchanged"], answer["refused"]


@pytest.mark.parametrize("kind", ["members", "contributions", "reimbursements"])
async def test_a_file_comes_to_the_same_in_csv_as_in_ndjson(contracts: OpenContracts, kind: str) -> None:
    await contracts.send(ndjson([enrolment_line(1), enrolment_line(2)]))
    lines = {
        "members": [enrolment_line(number, beneficiaries=[]) for number in (1, 2, 3)],
        "contributions": [contribution_line(number % 2 + 1, number) for number in range(20)],
        "reimbursements": [reimbursement_line(number % 2 + 1, number) for number in range(20)],
    }[kind]
    columns = [
        "beneficiaries.0." + name for name in ("first_name", "last_name", "birth_date", "birth_rank", "relation")
    ]
    first = await contracts.send(ndjson(lines), kind=kind)
    again = await contracts.send(csv_file(lines, columns=columns if kind == "members" else ()), kind=kind, headers=CSV)

    assert (first[0], counts(first[1])) == (200, (len(lines), 0, 0))
    assert (again[0], counts(again[1])) == (200, (0, len(lines), 0))


async def test_refused_csv_lines_are_told_by_the_line_on_which_they_begin(contracts: OpenContracts) -> None:
    await contracts.send(ndjson([enrolment_line(1)]))
    good = [reimbursement_line(1, number) for number in range(4)]
    header, *rows = csv_file(good).splitlines()
    rows[1] = rows[1].replace(b"30.00", b"30,00")
    rows[2] = rows[2].replace(b"Pharmacie", b'"Pharmacie\ndu ""Canari""\n"')
    rows.insert(3, b"half;a;line")
    status, answer = await contracts.send(b"\n".join([header, *rows]), kind="reimbursements", headers=CSV)
    told = [(one["line"], [(field["field"], field["code"]) for field in one["fields"]]) for one in answer["errors"]]

    assert (status, answer["lines"], counts(answer)) == (200, 5, (2, 0, 3))
    assert told == [
        (3, [("amount_spent", "invalid-amount"), ("base", "invalid-amount")]),
        (4, [("provider", "forbidden-characters")]),
        (7, [("line", "wrong-number-of-cells")]),
    ]


async def test_a_header_of_another_kind_refuses_the_file_and_leaves_nothing(contracts: OpenContracts) -> None:
    file = csv_file([contribution_line(1, 1)])
    status, answer = await contracts.send(file, kind="reimbursements", headers={**CSV, "Idempotency-Key": "night"})
    codes = {one["code"] for one in answer["fields"]}

    assert (status, answer["code"], codes) == (422, "invalid-request", {"unknown-column", "missing-column"})
    assert await contracts.fetch("SELECT FROM imports") == []
    assert (await contracts.send(b"", kind="reimbursements", headers={**CSV, "Idempotency-Key": "night"}))[0] == 200


async def test_a_csv_upload_is_resumed_like_any_other_from_what_was_staged(hurried: OpenContracts) -> None:
    lines = many_lines(250)
    _, answer = await hurried.send(csv_file(lines), headers=CSV)
    staged = await hurried.fetch("SELECT line_number, last_line FROM import_lines ORDER BY 1")
    while await process_due_imports(hurried.service):
        pass
    again = await hurried.send(ndjson(lines))
    while await process_due_imports(hurried.service):
        pass

    assert (answer["state"], [tuple(row) for row in staged]) == ("running", [(2, 101), (102, 201), (202, 251)])
    assert counts((await hurried.report(answer["id"]))[1]) == (250, 0, 0)
    assert counts((await hurried.report(again[1]["id"]))[1]) == (0, 250, 0)


async def test_lines_that_the_release_before_has_staged_are_processed(hurried: OpenContracts) -> None:
    import_id = (await hurried.send(ndjson([enrolment_line(1)])))[1]["id"]
    seals = hurried.service.seals
    for number, content in ((2, json.dumps(enrolment_line(2)).encode()), (3, b"{}"), (4, None)):
        sealed = None if content is None else seals.import_line.seal(content, context=f"{import_id}:{number}")
        await hurried.execute("INSERT INTO import_lines VALUES ($1, $2, $3)", import_id, number, sealed)
    await hurried.execute("UPDATE imports SET lines = 4, last_line = 4")
    while await process_due_imports(hurried.service):
        pass
    answer = (await hurried.report(import_id))[1]

    assert (answer["state"], counts(answer)) == ("done", (2, 0, 2))
    assert [one["line"] for one in answer["errors"]] == [3, 4]
    assert answer["errors"][1]["fields"] == FileLine(4, None).problems().as_json()


async def test_a_record_of_more_than_256_kib_is_refused_by_itself(contracts: OpenContracts) -> None:
    await contracts.send(ndjson([enrolment_line(1)]))
    lines = [contribution_line(1, number) for number in range(3)]
    header, first, second, third = csv_file(lines).splitlines()
    second = b'"' + b"x\n" * (MOST_BYTES // 2) + b'"' + second
    status, answer = await contracts.send(b"\n".join([header, first, second, third]), kind="contributions", headers=CSV)

    assert (status, counts(answer), answer["errors"][0]["line"]) == (200, (2, 0, 1), 3)
    assert answer["errors"][0]["fields"][0]["code"] == "line-too-long"

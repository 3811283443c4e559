"""A CSV file says what the same lines say in NDJSON, or is refused by its header."""

import json
from collections.abc import Callable
from typing import Any, get_args

import pytest
from contracts_service.domain import contribution_line, reimbursement_line
from contracts_service.domain.csv_lines import CsvLines, HeaderRefused
from contracts_service.domain.enrolment_line import EnrolmentLine, LineProblems
from contracts_service.domain.file_columns import COLUMNS, pattern_of
from contracts_service.domain.file_lines import FileLine, pack, unpack
from contracts_service.domain.import_states import ImportKind
from contracts_service.domain.line_json import MOST_BYTES
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.support.csv_files import csv_file

pytestmark = pytest.mark.unit

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8).filter(str.strip)
NULLABLE = st.none() | TEXTS
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {"first_name": NULLABLE, "last_name": TEXTS, "birth_date": TEXTS}
        | {"birth_rank": st.integers(1, 9), "relation": TEXTS, "nir": NULLABLE}
    ),
    max_size=3,
)
GUARANTEES = st.lists(st.fixed_dictionaries({"code": TEXTS, "level": TEXTS}), max_size=2)
ADDRESSES = st.fixed_dictionaries({"city": TEXTS, "country": TEXTS, "street": NULLABLE})
CONTRACTS = st.fixed_dictionaries(
    {"product": TEXTS, "kind": TEXTS, "effective_date": TEXTS, "end_date": NULLABLE}
    | {"responsible": st.booleans(), "guarantees": GUARANTEES}
)
MEMBERS = st.fixed_dictionaries(
    {"membership_number": TEXTS, "nir": TEXTS, "last_name": TEXTS, "first_name": NULLABLE, "birth_date": TEXTS}
    | {"address": ADDRESSES, "contract": CONTRACTS, "beneficiaries": PEOPLE}
)


def read_file(file: bytes, kind: ImportKind = "members") -> list[FileLine]:
    reader = CsvLines(MOST_BYTES, COLUMNS[kind])
    return [*reader.feed(file), *reader.end()]


def objects(file: bytes, kind: ImportKind = "members") -> list[Any]:
    return [one.refusal or json.loads(one.content or b"") for one in read_file(file, kind)]


def header_codes(file: bytes, kind: ImportKind = "members") -> list[tuple[str, str]]:
    with pytest.raises(HeaderRefused) as refused:
        read_file(file, kind)
    return [(one.field, one.code) for one in refused.value.problems]


@settings(max_examples=60, deadline=None)
@given(st.lists(MEMBERS, min_size=1, max_size=3), st.sampled_from(";,"))
def test_a_file_says_in_csv_what_it_says_in_ndjson(lines: list[dict[str, Any]], separator: str) -> None:
    file = csv_file(
        lines, separator=separator, columns=sorted(c.replace("*", "0") for c in COLUMNS["members"].required)
    )

    assert [_without_nulls(one) for one in objects(file)] == [_without_nulls(one) for one in lines]


def _without_nulls(line: Any) -> Any:
    if isinstance(line, dict):
        return {name: _without_nulls(value) for name, value in line.items() if value is not None}
    return [_without_nulls(one) for one in line] if isinstance(line, list) else line


def test_a_good_line_is_read_as_the_same_member(
    line: dict[str, Any], read: Callable[[Any], EnrolmentLine | LineProblems]
) -> None:
    (found,) = read_file(csv_file([line]))

    assert read(found.content) == read(line)
    assert isinstance(read(line), EnrolmentLine)


def test_members_without_beneficiaries_have_an_empty_list(line: dict[str, Any]) -> None:
    alone = line | {"beneficiaries": []}

    assert [one["beneficiaries"] for one in objects(csv_file([line, alone]))] == [line["beneficiaries"], []]


@pytest.mark.parametrize(
    ("name", "cell", "code"),
    [
        ("amount_spent", "26,50", "invalid-amount"),
        ("amount_spent", "26.5", "invalid-amount"),
        ("care_date", "31/12/2026", "invalid-date"),
        ("paid_on", "2026-12-32", "invalid-date"),
        ("revision", "1.0", "number-required"),
        ("beneficiary.birth_rank", "first", "number-required"),
        ("act", "", "text-required"),
    ],
)
def test_nothing_is_guessed(name: str, cell: str, code: str) -> None:
    good = dict.fromkeys(COLUMNS["reimbursements"].known, "") | {
        "membership_number": "00412307",
        "source": "noemie",
        "line_id": "1",
        "revision": "1",
        "care_date": "2026-11-02",
        "act": "G",
        "amount_spent": "30.00",
        "mandatory_share": "19.00",
        "complementary_share": "9.00",
        "remaining_cost": "2.00",
        "beneficiary.birth_date": "1969-05-17",
        "beneficiary.birth_rank": "1",
    }
    right, wrong = (
        reimbursement_line.parse_reimbursement_line(one.content or b"")
        for one in read_file(csv_file([good, good | {name: cell}]), "reimbursements")
    )

    assert isinstance(right, reimbursement_line.ReimbursementLine)
    assert isinstance(wrong, LineProblems)
    assert [(one.field, one.code) for one in wrong.fields] == [(name, code)]


def test_lines_that_are_not_as_the_header_says_are_refused_by_themselves() -> None:
    header = ";".join(sorted(COLUMNS["contributions"].known))
    empty = ";" * header.count(";")
    file = f"{header}\n{empty}\na;b\n{'x' + empty}\n".encode()

    assert [(one.number, one.refusal) for one in read_file(file, "contributions")] == [
        (3, "wrong-number-of-cells"),
        (4, None),
    ]


def test_a_header_is_refused_with_all_that_is_wrong_and_no_value_is_told() -> None:
    names = sorted(COLUMNS["contributions"].required - {"reference"})
    file = ";".join([*names, "amount", "2690599412001"]).encode()

    assert header_codes(file, "contributions") == [
        ("amount", "duplicate-column"),
        (f"column {len(names) + 2}", "unknown-column"),
        ("reference", "missing-column"),
    ]


@pytest.mark.parametrize(
    ("header", "code"),
    [(b'a";b', "misplaced-quotes"), (b"\xe9;b", "not-utf-8"), (b'"a;b', "misplaced-quotes")],
)
def test_a_header_that_cannot_be_read_refuses_the_file(header: bytes, code: str) -> None:
    assert header_codes(header) == [("line", code)]


def test_an_empty_file_needs_no_header() -> None:
    assert read_file(b"\r\n\n") == []


def leaves(model: type[BaseModel], path: str = "") -> set[str]:
    """Return the paths of a model's fields, `*` for a place in a list."""
    found = set()
    for name, field in model.model_fields.items():
        parts = [one for one in [field.annotation, *get_args(field.annotation)] if isinstance(one, type)]
        inner = next((one for one in parts if issubclass(one, BaseModel)), None)
        is_list = getattr(field.annotation, "__origin__", None) is tuple
        below = f"{path}{name}{'.*' if is_list else ''}"
        found |= {below} if inner is None else leaves(inner, f"{below}.")
    return found


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("members", leaves(EnrolmentLine)),
        ("contributions", {one.name for one in contribution_line._FIELDS}),
        (
            "reimbursements",
            {one.name for one in reimbursement_line._FIELDS} - {"beneficiary"}
            | {f"beneficiary.{one.name}" for one in reimbursement_line._PERSON_FIELDS},
        ),
    ],
)
def test_the_columns_are_the_fields_that_the_reader_knows(kind: ImportKind, names: set[str]) -> None:
    assert COLUMNS[kind].known == names
    assert COLUMNS[kind].required | COLUMNS[kind].numbers | COLUMNS[kind].flags <= names


def test_a_place_in_a_list_is_a_plain_number() -> None:
    assert [pattern_of(name) for name in ("a.0.b", "a.12.b", "a.01.b", "a.-1.b", "a.1000.b", "a.x.b")] == [
        "a.*.b",
        "a.*.b",
        "a.01.b",
        "a.-1.b",
        "a.1000.b",
        "a.x.b",
    ]


@given(
    st.lists(
        st.builds(FileLine, st.integers(1, 2**40), st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b"=")))
        | st.builds(FileLine, st.integers(1, 2**40), st.none(), st.sampled_from(["line-too-long", "not-utf-8"]))
    )
)
def test_what_is_packed_for_the_seal_comes_back(lines: list[FileLine]) -> None:
    assert unpack(pack(lines)) == lines

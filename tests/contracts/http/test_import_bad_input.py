"""Hostile and broken files: a stable code, nothing of them stored, everybody else served."""

import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.contracts_fixtures import FixedClock, OpenContracts, enrolment_line, ndjson, open_contracts_service

GOOD = ndjson([enrolment_line(1)])
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def with_name(name: str) -> bytes:
    return json.dumps(enrolment_line(2, last_name=name)).encode() + b"\n"


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (b"{\n", ("line", "malformed-json")),
        (b"not json\n", ("line", "malformed-json")),
        (b"\xff\xfe{}\n", ("line", "malformed-json")),
        (b"\x00\n", ("line", "malformed-json")),
        (b"null\n", ("line", "not-an-object")),
        (b"[]\n", ("line", "not-an-object")),
        (b"[" * 100_000 + b"\n", ("line", "too-deep")),
        (b'{"a":' * 40_000 + b"1" + b"}" * 40_000 + b"\n", ("line", "too-deep")),
        (b'{"nir": 1, "nir": 2}\n', ("nir", "duplicate-field")),
        (b"9" * 10_000 + b"\n", ("line", "malformed-json")),
        (ndjson([enrolment_line(2, salary=1)]), ("salary", "unknown-field")),
        (ndjson([enrolment_line(2, nir=2690599412001)]), ("nir", "text-required")),
        (ndjson([enrolment_line(2, beneficiaries="none")]), ("beneficiaries", "list-required")),
        (with_name("Du\x00pont"), ("last_name", "forbidden-characters")),
        (with_name("Du\ud800pont"), ("last_name", "forbidden-characters")),
        (with_name("Du\u202epont"), ("last_name", "forbidden-characters")),
        (with_name("\u200fDupont"), ("last_name", "forbidden-characters")),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else None,
)
async def test_a_bad_line_is_refused_and_the_good_ones_around_it_are_kept(
    contracts: OpenContracts, bad: bytes, problem: tuple[str, str]
) -> None:
    status, answer = await contracts.send(GOOD + bad + ndjson([enrolment_line(3)]))
    fields = [(one["field"], one["code"]) for one in answer["errors"][0]["fields"]]

    assert (status, answer["accepted"], answer["refused"], answer["errors"][0]["line"]) == (200, 2, 1, 2)
    assert fields == [problem]


@pytest.mark.parametrize("size", [256 * 1024 + 1, 10 * 1024 * 1024])
async def test_an_overlong_line_is_refused_by_its_number(contracts: OpenContracts, size: int) -> None:
    status, answer = await contracts.send(GOOD + b"x" * size + b"\n" + ndjson([enrolment_line(3)]))

    assert (status, answer["accepted"], answer["refused"]) == (200, 2, 1)
    assert (answer["errors"][0]["line"], answer["errors"][0]["fields"][0]["code"]) == (2, "line-too-long")


@pytest.mark.parametrize("nothing", [b"", b"\n\n\r\n", BYTE_ORDER_MARK, b" "])
async def test_a_file_of_nothing_is_an_import_of_nothing(contracts: OpenContracts, nothing: bytes) -> None:
    status, answer = await contracts.send(nothing)

    assert (status, answer["state"], answer["lines"], answer["accepted"]) == (200, "done", 0, 0)


@pytest.mark.parametrize(
    "body", [BYTE_ORDER_MARK + GOOD, GOOD.replace(b"\n", b"\r\n"), GOOD.rstrip(b"\n"), b"\n\n" + GOOD + b"\n\n"]
)
async def test_marks_line_ends_and_a_missing_newline_do_not_matter(contracts: OpenContracts, body: bytes) -> None:
    _, answer = await contracts.send(body)

    assert (answer["accepted"], answer["refused"]) == (1, 0)


@pytest.mark.parametrize("content_type", ["application/x-ndjson", "application/ndjson", "application/json-lines"])
async def test_the_common_names_of_line_files_are_taken(contracts: OpenContracts, content_type: str) -> None:
    assert (await contracts.send(GOOD, headers={"Content-Type": content_type}))[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "br"},
    ],
)
async def test_another_type_or_a_compressed_body_is_refused(contracts: OpenContracts, headers: dict[str, str]) -> None:
    body = gzip.compress(GOOD) if "Content-Encoding" in headers else GOOD
    status, answer = await contracts.send(body, headers=headers)

    assert (status, answer["code"]) == (415, "unsupported-media-type")
    assert await contracts.fetch("SELECT FROM imports") == []


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("statements", "unknown-value"),
        ("", "unknown-value"),
        ("members\x00", "forbidden-characters"),
    ],
)
async def test_another_kind_is_refused_by_its_field(contracts: OpenContracts, kind: str, code: str) -> None:
    status, answer = await contracts.send(GOOD, kind=kind)

    assert (status, answer["fields"][0]["field"], answer["fields"][0]["code"]) == (422, "kind", code)


async def test_the_kind_must_be_named(contracts: OpenContracts) -> None:
    url = f"{contracts.url}/v1/mgas/imports"
    headers = {"Content-Type": "application/x-ndjson", **contracts.staff()}
    async with contracts.client.post(url, data=GOOD, headers=headers) as response:
        answer = await response.json(content_type=None)

    assert (response.status, answer["fields"][0]["field"], answer["fields"][0]["code"]) == (422, "kind", "required")


async def refusal_for(contracts: OpenContracts, headers: dict[str, str], brand: str = "mgas") -> tuple[int, str]:
    status, answer = await contracts.send(GOOD, brand, headers=headers)
    return status, answer["code"]


async def test_only_the_back_office_of_the_brand_may_import(contracts: OpenContracts) -> None:
    found = [
        await refusal_for(contracts, {"Authorization": ""}),
        await refusal_for(contracts, contracts.member(uuid4())),
        await refusal_for(contracts, contracts.staff("demo")),
        await refusal_for(contracts, contracts.staff("mgas", role="adviser")),
        await refusal_for(contracts, contracts.staff("mgas"), brand="unknown"),
    ]

    assert found == [
        (401, "not-signed-in"),
        (401, "not-signed-in"),
        (403, "forbidden"),
        (403, "forbidden"),
        (404, "unknown-brand"),
    ]
    assert await contracts.fetch("SELECT FROM imports") == []


@pytest.fixture
async def small(contracts_database: str, tmp_path: Path) -> AsyncIterator[OpenContracts]:
    """A service that takes files of 10,000 bytes and 20 lines at most."""
    limits: dict[str, Any] = {"import_max_bytes": 10_000, "import_max_lines": 20}
    async with open_contracts_service(contracts_database, tmp_path, clock=FixedClock(), **limits) as opened:
        yield opened


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("body", [b"x" * 10_001, b"{}\n" * 21])
async def test_a_file_beyond_the_limits_is_refused_whole(small: OpenContracts, body: bytes, announced: bool) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield body

    status, answer = await small.send(body if announced else parts())
    left = await small.fetch("SELECT FROM imports UNION ALL SELECT FROM import_lines")

    assert (status, answer["code"], left) == (413, "body-too-large", [])

"""Bodies of every kind of wrong: a problem with a stable code, nothing kept, the process alive."""

import asyncio
import gzip
import io
import json
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from service_kit.process import LINGER_SECONDS

from tests.support.tiny_fixtures import Served

PATH = "/v1/alpha/parcels"
JSON = {"Content-Type": "application/json"}
GOOD: dict[str, Any] = {"number": 1, "addressee": "Élodie  d’Ÿ-Ñ 日本 🎉"}


async def send(tiny: Served, raw: bytes, **headers: str) -> tuple[int, str, dict[str, str]]:
    """Return status, problem code, and the code of each field at fault."""
    status, _, body = await tiny.ask("POST", PATH, data=io.BytesIO(raw), headers=JSON | headers)
    return status, body.get("code", ""), {one["field"]: one["code"] for one in body.get("fields", [])}


async def parcels(tiny: Served) -> int:
    async with tiny.tiny.foundation.database.connection() as connection:
        return int(await connection.fetchval("SELECT count(*) FROM parcels"))


@pytest.fixture(autouse=True)
async def nothing_is_kept(tiny: Served, request: pytest.FixtureRequest):
    """Holds every refusal of this module to having stored nothing."""
    before = await parcels(tiny)
    yield
    kept = await parcels(tiny) - before

    assert kept == (1 if "accepted" in request.node.name else 0)
    assert (await tiny.ask("GET", "/health/live"))[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        GOOD,
        GOOD | {"due": "2027-02-28", "urgent": True, "lines": [{"text": "a"}]},
        GOOD | {"number": 0, "addressee": "l’apostrophe"},
    ],
)
async def test_a_body_that_fits_is_accepted(body: dict[str, Any], tiny: Served) -> None:
    status, _, _ = await send(tiny, orjson.dumps(body))

    assert status == 201


async def test_a_content_type_with_a_charset_is_accepted(tiny: Served) -> None:
    status, _, _ = await send(tiny, orjson.dumps(GOOD), **{"Content-Type": "Application/JSON; charset=utf-8"})

    assert status == 201


MALFORMED = {
    "empty": b"",
    "spaces": b"   ",
    "no value": b"{",
    "half": b'{"number": 1, "addressee": "x"',
    "two values": b'{"number": 1, "addressee": "x"}{}',
    "single quotes": b"{'number': 1}",
    "NaN": b'{"number": NaN, "addressee": "x"}',
    "infinity": b'{"number": -Infinity, "addressee": "x"}',
    "comment": b'{"number": 1, /* */ "addressee": "x"}',
    "trailing comma": b'{"number": 1, "addressee": "x",}',
    "NUL byte": b'{"number": 1, "addressee": "a\x00"}',
    "line break in text": b'{"number": 1, "addressee": "a\nb"}',
    "latin-1": '{"number": 1, "addressee": "é"}'.encode("latin-1"),
    "utf-16": '{"number": 1, "addressee": "é"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"number": 1, "addressee": "x"}',
    "overlong": b'{"number": 1, "addressee": "\xc0\xaf"}',
    "lone surrogate, escaped": b'{"number": 1, "addressee": "\\ud800"}',
    "lone surrogate, low": b'{"number": 1, "addressee": "\\udc00x"}',
    "lone surrogate, raw": b'{"number": 1, "addressee": "\xed\xa0\x80"}',
    "beyond unicode": b'{"number": 1, "addressee": "\xf5\x80\x80\x80"}',
    "bad escape": b'{"number": 1, "addressee": "\\x41"}',
    "leading zero": b'{"number": 01, "addressee": "x"}',
    "a file": b"%PDF-1.7",
}


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED)
async def test_what_is_not_json_in_utf_8_is_refused(raw: bytes, tiny: Served) -> None:
    assert await send(tiny, raw) == (400, "malformed-json", {})


@pytest.mark.parametrize(
    "raw",
    [
        b'{"number":' + b"[" * 33 + b"]" * 33 + b"}",
        b"[" * 60_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"[" * 30_000 + b"]" * 30_000,
    ],
)
async def test_a_body_that_is_nested_too_deep_is_refused(raw: bytes, tiny: Served) -> None:
    assert await send(tiny, raw) == (400, "body-too-deep", {})


@pytest.mark.parametrize("raw", [b"[" * 100_000, b" " * 65_537, b'"' + b"x" * 2_000_000 + b'"'])
async def test_a_body_that_is_too_large_is_refused(raw: bytes, tiny: Served) -> None:
    assert await send(tiny, raw) == (413, "body-too-large", {})
    if len(raw) > 1_000_000:
        await asyncio.sleep(LINGER_SECONDS)  # the rest of it may still come, so that its sender sees the answer


INVALID: dict[str, tuple[object, str, dict[str, str]]] = {
    "nothing": ({}, "invalid-request", {"number": "required", "addressee": "required"}),
    "a list": ([], "invalid-request", {"body": "object-required"}),
    "null": (None, "invalid-request", {"body": "object-required"}),
    "a number": (5, "invalid-request", {"body": "object-required"}),
    "unknown field": (GOOD | {"more": 1}, "unknown-field", {"more": "unknown-field"}),
    "unknown and missing": (
        {"addressee": "x", "n": 1},
        "invalid-request",
        {"number": "required", "n": "unknown-field"},
    ),
    "text for a number": (GOOD | {"number": "1"}, "invalid-request", {"number": "number-required"}),
    "fraction": (GOOD | {"number": 1.5}, "invalid-request", {"number": "number-required"}),
    "boolean for a number": (GOOD | {"number": True}, "invalid-request", {"number": "number-required"}),
    "too small": (GOOD | {"number": -1}, "invalid-request", {"number": "too-small"}),
    "too large": (GOOD | {"number": 10**7}, "invalid-request", {"number": "too-large"}),
    "number for a text": (GOOD | {"addressee": 5}, "invalid-request", {"addressee": "text-required"}),
    "empty text": (GOOD | {"addressee": ""}, "invalid-request", {"addressee": "too-short"}),
    "long text": (GOOD | {"addressee": "x" * 1001}, "invalid-request", {"addressee": "too-long"}),
    "null text": (GOOD | {"addressee": None}, "invalid-request", {"addressee": "text-required"}),
    "no date": (GOOD | {"due": "2026-02-30"}, "invalid-request", {"due": "invalid-date"}),
    "date and hour": (GOOD | {"due": "2026-02-20T10:00:00"}, "invalid-request", {"due": "invalid-date"}),
    "number for a date": (GOOD | {"due": 5}, "invalid-request", {"due": "invalid-date"}),
    "text for a boolean": (GOOD | {"urgent": "yes"}, "invalid-request", {"urgent": "true-or-false-required"}),
    "object for a list": (GOOD | {"lines": {}}, "invalid-request", {"lines": "list-required"}),
    "too many": (GOOD | {"lines": [{"text": "a"}] * 6}, "invalid-request", {"lines": "too-many"}),
    "in a part": (GOOD | {"lines": [{"text": "a"}, {"text": 5}]}, "invalid-request", {"lines.1.text": "text-required"}),
    "no part": (GOOD | {"lines": [5]}, "invalid-request", {"lines.0": "object-required"}),
    "NUL": (GOOD | {"addressee": "a\0b"}, "invalid-request", {"addressee": "forbidden-characters"}),
    "escape": (GOOD | {"addressee": "a\x1b[31m"}, "invalid-request", {"addressee": "forbidden-characters"}),
    "right to left": (GOOD | {"addressee": "a\u202eb"}, "invalid-request", {"addressee": "forbidden-characters"}),
    "isolate": (GOOD | {"addressee": "\u2066a\u2069"}, "invalid-request", {"addressee": "forbidden-characters"}),
    "mark": (GOOD | {"addressee": "a\u200fb"}, "invalid-request", {"addressee": "forbidden-characters"}),
    "next line": (GOOD | {"addressee": "a\u2028b"}, "invalid-request", {"addressee": "forbidden-characters"}),
    "non-character": (GOOD | {"addressee": "\ufffe"}, "invalid-request", {"addressee": "forbidden-characters"}),
    "in a name": (GOOD | {"a\u202eb": 1}, "invalid-request", {"body": "forbidden-characters"}),
    "deep": (GOOD | {"lines": [{"text": "\0"}]}, "invalid-request", {"lines.0.text": "forbidden-characters"}),
}


@pytest.mark.parametrize(("body", "code", "fields"), INVALID.values(), ids=INVALID)
async def test_what_does_not_fit_is_refused_by_field(
    body: object, code: str, fields: dict[str, str], tiny: Served
) -> None:
    assert await send(tiny, json.dumps(body).encode()) == (422, code, fields)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b'{"number": 1, "addressee": "a", "number": 2}', "number"),
        (b'{"number": 1, "addressee": "a", "addressee": "a"}', "addressee"),
        (b'{"number": 1, "addressee": "a", "lines": [{"text": "a", "text": "b"}]}', "text"),
        (b'{"number": 1, "addressee": "a", "num\\u0062er": 2}', "number"),
    ],
)
async def test_a_field_that_is_given_twice_is_refused(raw: bytes, field: str, tiny: Served) -> None:
    """Whoever checks the body before us may take the other one."""
    assert await send(tiny, raw) == (422, "invalid-request", {field: "duplicate-field"})


async def test_a_refusal_never_repeats_a_value(tiny: Served) -> None:
    body = {"number": "canary-1", "addressee": "\0canary-2", "due": "canary-3", "lines": ["canary-4"]}
    for part in (body, body | {"addressee": "x"}):
        _, _, answer = await tiny.ask("POST", PATH, json=part)

        assert "canary" not in json.dumps(answer)


async def test_a_refusal_is_not_much_longer_than_what_it_refuses(tiny: Served) -> None:
    raw = orjson.dumps({f"f{n}": 1 for n in range(5000)})
    status, _, body = await tiny.ask("POST", PATH, data=raw, headers=JSON)

    assert status == 422
    assert len(body["fields"]) <= 100
    assert len(json.dumps(body)) < 20_000


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data", "\x80"]
)
async def test_another_content_type_is_refused(kind: str, tiny: Served) -> None:
    body = orjson.dumps(GOOD)
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    reply = await tiny.talk(f"{head}Content-Type: {kind}\r\n\r\n".encode("latin-1") + body)

    assert reply.startswith(b"HTTP/1.1 415 ")
    assert b'"unsupported-media-type"' in reply


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "identity, gzip", "x"])
async def test_a_compressed_body_is_refused(coding: str, tiny: Served) -> None:
    """A small one may be endless once it is decompressed."""
    raw = gzip.compress(b" " * 50_000_000)

    assert await send(tiny, raw, **{"Content-Encoding": coding}) == (415, "unsupported-media-type", {})


async def test_a_body_where_none_is_wanted_is_read_within_limits_and_ignored(tiny: Served) -> None:
    small = await tiny.ask("GET", "/v1/alpha/filter", data=b"{}")
    large = await tiny.ask("GET", "/v1/alpha/filter", data=b"x" * 100_000)

    assert (small[0], large[0]) == (200, 413)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    raw=st.binary(max_size=100)
    | VALUES.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(st.sampled_from(["number", "addressee", "due", "urgent", "lines"]), VALUES, max_size=3).map(
        lambda value: json.dumps(value).encode()
    )
)
async def test_any_bytes_are_refused_and_never_a_mistake_of_ours(raw: bytes, tiny: Served) -> None:
    status, code, _ = await send(tiny, raw)
    if status != 201:
        assert (status, code) in {
            (400, "malformed-json"),
            (400, "body-too-deep"),
            (422, "invalid-request"),
            (422, "unknown-field"),
        }
    else:
        async with tiny.tiny.foundation.database.connection() as connection:
            await connection.execute("DELETE FROM parcels")

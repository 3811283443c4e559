"""One line of bytes, within limits of size and depth."""

import json

import pytest
from contracts_service.domain.line_json import MOST_BYTES, MOST_LEVELS, decode_line
from contracts_service.domain.line_problems import LineProblems
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.unit

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def code_of(raw: bytes) -> str | None:
    decoded = decode_line(raw)
    return decoded.fields[0].code if isinstance(decoded, LineProblems) else None


def nested(levels: int) -> bytes:
    return b'{"a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


@given(st.dictionaries(st.text(max_size=6), VALUES, max_size=5))
def test_an_object_within_the_limits_is_decoded(content: dict[str, object]) -> None:
    assert content == decode_line(json.dumps(content).encode())
    assert content == decode_line(json.dumps(content, ensure_ascii=False).encode("utf-8-sig") + b"\r\n")


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused_without_an_exception(raw: bytes) -> None:
    assert code_of(raw) in {None, "malformed-json", "not-an-object", "too-deep", "duplicate-field"}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "malformed-json"),
        (b"   ", "malformed-json"),
        (b"{", "malformed-json"),
        (b'{"a": 1', "malformed-json"),
        (b'{"a": 1}{"b": 2}', "malformed-json"),
        (b"{'a': 1}", "malformed-json"),
        (b'{"a": NaN}', "malformed-json"),
        (b'{"a": Infinity}', "malformed-json"),
        (b'{"a": "\xe9"}', "malformed-json"),
        (b'{"a": "\x00"}', "malformed-json"),
        ('{"a": 1}'.encode("utf-16"), "malformed-json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "malformed-json"),
        (b"[]", "not-an-object"),
        (b"null", "not-an-object"),
        (b'"a"', "not-an-object"),
        (b'{"nir": "1", "nir": "2"}', "duplicate-field"),
        (b'{"a": {"b": 1, "b": 1}}', "duplicate-field"),
    ],
)
def test_what_is_not_one_json_object_is_refused(raw: bytes, code: str) -> None:
    assert code == code_of(raw)


def test_the_field_that_is_given_twice_is_named() -> None:
    problems = decode_line(b'{"email": null, "nir": "1", "nir": "2"}')

    assert isinstance(problems, LineProblems)
    assert problems.fields[0].field == "nir"


def test_a_line_of_256_kib_is_read_and_one_byte_more_is_refused() -> None:
    longest = b'{"a": "' + b"x" * (MOST_BYTES - 9) + b'"}'

    assert len(longest) == MOST_BYTES
    assert code_of(longest) is None
    assert code_of(longest + b" ") == "line-too-long"


def test_32_levels_are_read_and_33_refused() -> None:
    assert code_of(nested(MOST_LEVELS)) is None
    assert code_of(nested(MOST_LEVELS + 1)) == "too-deep"


def test_nesting_without_end_is_refused_before_it_is_parsed() -> None:
    assert code_of(b"[" * MOST_BYTES) == "too-deep"
    assert code_of(b'{"a":' * (MOST_BYTES // 5)) == "too-deep"


def test_brackets_inside_texts_do_not_count() -> None:
    assert code_of(json.dumps({"a": '[{"' * 1000, "b\\": "\\"}).encode()) is None


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert code_of(json.dumps({"a": [{}] * 1000}).encode()) is None


def test_a_lone_surrogate_is_left_to_the_check_of_its_field() -> None:
    assert decode_line(b'{"a": "\\ud800"}') == {"a": "\ud800"}

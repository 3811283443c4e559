"""A file in parts becomes lines: numbered, without blank ones, never longer than the limit."""

import pytest
from contracts_service.domain.file_lines import FileLine
from contracts_service.domain.ndjson_lines import LineSplitter
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.unit

LONGEST = 8


def split(parts: list[bytes], longest: int = LONGEST) -> list[tuple[int, bytes | None]]:
    splitter = LineSplitter(longest)
    found: list[FileLine] = [line for part in parts for line in splitter.feed(part)]
    return [(line.number, line.content) for line in [*found, *splitter.end()]]


def test_lines_are_numbered_from_one_and_blank_ones_count() -> None:
    assert split([b"one\n\n  \r\nfour\n"]) == [(1, b"one"), (4, b"four")]


def test_the_last_line_needs_no_newline() -> None:
    assert split([b"one\ntwo"]) == [(1, b"one"), (2, b"two")]


@pytest.mark.parametrize("nothing", [b"", b"\n", b"\n\n\r\n \t\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_a_file_of_nothing_has_no_lines(nothing: bytes) -> None:
    assert split([nothing]) == []


def test_a_byte_order_mark_is_taken_from_the_first_line_only() -> None:
    mark = b"\xef\xbb\xbf"

    assert split([mark + b"one\n" + mark + b"two"]) == [(1, b"one"), (2, mark + b"two")]


def test_a_line_at_the_limit_is_kept_and_one_byte_more_is_too_long() -> None:
    assert split([b"12345678\n123456789\nok"]) == [(1, b"12345678"), (2, None), (3, b"ok")]


def test_a_line_that_is_too_long_is_dropped_while_it_is_read() -> None:
    splitter = LineSplitter(LONGEST)
    for _ in range(1000):
        assert list(splitter.feed(b"x" * 1000)) == []
    kept = len(splitter._begun)
    lines = [(line.number, line.content) for line in splitter.feed(b"\nok\n")]

    assert (kept, lines) == (0, [(1, None), (2, b"ok")])


def test_a_last_line_that_is_too_long_is_told() -> None:
    assert split([b"ok\n", b"x" * 9]) == [(1, b"ok"), (2, None)]


@given(st.lists(st.sampled_from([b"", b"a", b"12345678", b"123456789", b" ", b"\r"])), st.data())
def test_lines_are_the_same_however_the_file_is_cut(lines: list[bytes], data: st.DataObject) -> None:
    whole = b"\n".join(lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)))))
    parts = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    expected = [
        (number, None if len(line) > LONGEST else line) for number, line in enumerate(lines, start=1) if line.strip()
    ]

    assert split(parts) == expected

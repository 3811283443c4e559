"""A CSV file in parts becomes records: numbered by the line on which they begin, never longer than the limit (RFC 4180)."""

import csv
import io

import pytest
from contracts_service.domain.csv_records import CsvRecords
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.unit

LONGEST = 40
CELLS = st.text(st.sampled_from('aé"\n\r;, \t€'), max_size=6)

Read = tuple[int, list[str] | str]


def records(parts: list[bytes], longest: int = LONGEST) -> list[Read]:
    """Return (line, cells or code) of each record, the header included."""
    reader = CsvRecords(longest)
    found = [one for part in parts for one in reader.feed(part)]
    return [(one.number, one.refusal or one.cells) for one in [*found, *reader.end()]]


def cut(whole: bytes, data: st.DataObject) -> list[bytes]:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    return [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (b"a;b\n1;2\n", [(1, ["a", "b"]), (2, ["1", "2"])]),
        (b"a,b\n1,2", [(1, ["a", "b"]), (2, ["1", "2"])]),
        (b"\xef\xbb\xbfa;b\r\n1;2\r\n", [(1, ["a", "b"]), (2, ["1", "2"])]),
        (b"a;b\n1,5;2\n", [(1, ["a", "b"]), (2, ["1,5", "2"])]),
        (b'"a";"b"\n"1;2";"say ""x"""\n', [(1, ["a", "b"]), (2, ["1;2", 'say "x"'])]),
        (b'a;b\n"one\r\ntwo";2\n3;4\n', [(1, ["a", "b"]), (2, ["one\r\ntwo", "2"]), (4, ["3", "4"])]),
        (b'a;b\n"one\n\n";2\n', [(1, ["a", "b"]), (2, ["one\n\n", "2"])]),
        (b'a;b\n"";\n', [(1, ["a", "b"]), (2, ["", ""])]),
        (b"a\n\n \r\n1\n", [(1, ["a"]), (4, ["1"])]),
        (b"", []),
        (b"\xef\xbb\xbf\r\n", []),
    ],
)
def test_records_are_read_as_they_are_meant(file: bytes, expected: list[Read]) -> None:
    assert records([file]) == expected


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (b'5" nail;2', "misplaced-quotes"),
        (b'"5"" nail"x;2', "misplaced-quotes"),
        (b"\xe9;2", "not-utf-8"),
        (b"x" * 41, "line-too-long"),
        (b'"' + b"x\n" * 30 + b'";2', "line-too-long"),
        (b'"' + b"x" * 60 + b'\n""";2', "line-too-long"),
    ],
)
def test_a_wrong_record_spoils_no_other(wrong: bytes, code: str) -> None:
    after = 3 + wrong.count(b"\n")

    assert records([b"a;b\n" + wrong + b"\n3;4\n"])[1:] == [(2, code), (after, ["3", "4"])]


def test_a_quote_that_is_not_closed_is_told_by_the_line_that_opens_it() -> None:
    assert records([b'a;b\n1;2\n3;"four\n5;6\n'])[1:] == [(2, ["1", "2"]), (3, "misplaced-quotes")]


def test_a_cell_without_an_end_is_not_held() -> None:
    reader = CsvRecords(LONGEST)
    list(reader.feed(b'a;b\n1;"'))
    for _ in range(1000):
        assert list(reader.feed(b"x" * 500 + b"\n" + b"x" * 500)) == []
    kept = len(reader._begun.kept) + sum(map(len, reader._record.pieces))

    assert (kept, [one.refusal for one in reader.feed(b'";2\n')]) == (0, ["line-too-long"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=3), max_size=4), st.sampled_from(";,"), st.data())
def test_what_another_program_has_written_is_read_however_it_is_cut(
    rows: list[list[str]], separator: str, data: st.DataObject
) -> None:
    text = io.StringIO(newline="")
    # The writer leaves a lone \r bare unless it ends lines with it.
    ends, quoting = data.draw(st.sampled_from([("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]))
    writer = csv.writer(text, delimiter=separator, lineterminator=ends, quoting=quoting)
    writer.writerows([["first", "second", "third"], *rows])

    assert [cells for _, cells in records(cut(text.getvalue().encode(), data), 10_000)][1:] == rows


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80), st.data())
def test_any_bytes_are_read_alike_however_they_are_cut(raw: bytes, data: st.DataObject) -> None:
    assert records(cut(b'a;b\n"' + raw, data)) == records([b'a;b\n"' + raw])

"""The Range header, as RFC 9110 § 14 reads it."""

import pytest
from documents_service.domain.byte_ranges import ByteRange, parse_range
from documents_service.domain.errors import RangeNotSatisfiable
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", ByteRange(0, 0)),
        ("bytes=0-499", ByteRange(0, 499)),
        ("bytes=500-", ByteRange(500, 999)),
        ("bytes=-1", ByteRange(999, 999)),
        ("bytes=-2000", ByteRange(0, 999)),
        ("bytes=900-123456", ByteRange(900, 999)),
        ("Bytes= 1-2 ", ByteRange(1, 2)),
    ],
)
def test_one_range_is_read(header, expected):
    assert expected == parse_range(header, size=1000)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=a-b",
        "bytes=0-1,5-6",
        "lines=0-1",
        "bytes=0 -1",
        "bytes=1-" + "9" * 5000,
    ],
)
def test_a_header_that_is_malformed_or_asks_for_several_ranges_is_ignored(header):
    assert parse_range(header, size=1000) is None


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=999999999999999999-"])
def test_a_range_behind_the_end_is_refused_with_the_size(header):
    with pytest.raises(RangeNotSatisfiable) as caught:
        parse_range(header, size=1000)

    assert caught.value.headers == {"Content-Range": "bytes */1000"}


@given(first=st.integers(0, 3000), last=st.integers(0, 3000), size=st.integers(1, 2000))
def test_a_range_that_is_read_lies_within_the_document(first, last, size):
    try:
        found = parse_range(f"bytes={first}-{last}", size=size)
    except RangeNotSatisfiable:
        assert first >= size
        return

    assert (found is None) == (last < first)
    assert found is None or 0 <= found.first <= found.last < size

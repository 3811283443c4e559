"""The Range header of a download (RFC 9110 § 14): one range of bytes, or none."""

import re
from dataclasses import dataclass

from documents_service.domain.errors import RangeNotSatisfiable

# One range only: a server may ignore several, and nobody reads a card in pieces. More digits than any file has: ignored.
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


@dataclass(frozen=True)
class ByteRange:
    """The bytes from `first` to `last`, both included."""

    first: int
    last: int

    def content_range(self, size: int) -> str:
        """Return the Content-Range header."""
        return f"bytes {self.first}-{self.last}/{size}"


def parse_range(header: str | None, *, size: int) -> ByteRange | None:
    """Return the range that is asked for, or None where the whole is to be sent: no header, malformed, several ranges.

    Raises RangeNotSatisfiable for a range that has no byte of a document of `size` bytes.
    """
    match = _RANGE.fullmatch(header or "")
    if match is None:
        return None
    first, last = match.groups()
    if first:
        return _from_first(int(first), int(last) if last else None, size)
    return _suffix(int(last), size) if last else None


def _from_first(first: int, last: int | None, size: int) -> ByteRange | None:
    if last is not None and last < first:
        return None  # malformed, says RFC 9110 § 14.1.1
    if first >= size:
        raise RangeNotSatisfiable(size=size)
    return ByteRange(first, size - 1 if last is None else min(last, size - 1))


def _suffix(length: int, size: int) -> ByteRange:
    if length == 0:
        raise RangeNotSatisfiable(size=size)
    return ByteRange(max(0, size - length), size - 1)

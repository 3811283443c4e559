"""A CSV file as it comes in parts → its records, one by one (RFC 4180). Never holds more than one record.

Used by `csv_lines`. A quote opens a cell only at the cell's beginning, so that one inside a word spoils its own record and no
other. A record that is too long is dropped while it is read; its end is then found by counting quotes: they are even in a record.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from contracts_service.domain.file_lines import TOO_LONG

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SEPARATORS = (b";", b",")
QUOTE = b'"'
MISPLACED_QUOTES, NOT_UTF_8 = "misplaced-quotes", "not-utf-8"

# What is left of a quoted cell after its opening quote: two quotes stand for one.
_QUOTED = re.compile(rb'(?:[^"]++|"")*+"')


@dataclass(frozen=True, slots=True)
class CsvRecord:
    """A record by the physical line on which it begins: its cells, or the code of why it cannot be read."""

    number: int
    cells: list[str]
    refusal: str | None = None


class CsvRecords:
    """Cuts parts of a file into records of at most `longest` bytes. The first record's separator is everybody's."""

    def __init__(self, longest: int) -> None:
        self._longest, self._number = longest, 0
        self._separator = b""
        self._begun = _PhysicalLine()
        self._record = _Record(0)

    def feed(self, part: bytes) -> Iterator[CsvRecord]:
        """Yield the records that end in `part`."""
        *ended, rest = part.split(b"\n")
        for piece in ended:
            self._begun.add(piece, longest=self._longest)
            yield from self._end_line()
        self._begun.add(rest, longest=self._longest)

    def end(self) -> Iterator[CsvRecord]:
        """Yield the last record, also when its line does not end, or its quotes."""
        yield from self._end_line()
        if self._record.is_open:
            yield CsvRecord(self._record.number, [], TOO_LONG if self._record.is_too_long else MISPLACED_QUOTES)

    def _end_line(self) -> Iterator[CsvRecord]:
        line, self._begun = self._begun, _PhysicalLine()
        self._number += 1
        if self._number == 1:
            line.kept = line.kept.removeprefix(BYTE_ORDER_MARK)
        record = self._record
        if not record.is_open:
            if not line.kept.strip() and not line.is_too_long:
                return
            self._separator = self._separator or _separator_of(bytes(line.kept))
            record = self._record = _Record(self._number)
        record.size += line.size + (record.size > 0)  # a newline inside a cell counts, too
        if line.is_too_long or record.size > self._longest or record.is_too_long:
            record.drop(line.quotes)
        else:
            record.take(bytes(line.kept), self._separator)
        if not record.is_open:
            yield record.ended()


class _PhysicalLine:
    """What stands between two newlines; of one that is too long only the quotes are counted."""

    __slots__ = ("is_too_long", "kept", "quotes", "size")

    def __init__(self) -> None:
        self.kept, self.size, self.quotes, self.is_too_long = bytearray(), 0, 0, False

    def add(self, piece: bytes, *, longest: int) -> None:
        self.size += len(piece)
        self.quotes += piece.count(QUOTE)
        if self.size > longest:
            self.is_too_long = True
            self.kept.clear()
        else:
            self.kept += piece


class _Record:
    """One record on its way: the cells that are complete, and the pieces of a quoted one that goes on in the next line."""

    __slots__ = ("cells", "is_open", "is_too_long", "is_wrong", "number", "pieces", "size")

    def __init__(self, number: int) -> None:
        self.number, self.size = number, 0
        self.cells: list[bytes] = []
        self.pieces: list[bytes] = []
        self.is_open = self.is_wrong = self.is_too_long = False

    def drop(self, quotes: int) -> None:
        """Take a line of a record that is too long: nothing is kept but whether a quoted cell goes on."""
        self.cells, self.pieces, self.is_too_long = [], [], True
        self.is_open ^= quotes % 2 == 1

    def take(self, line: bytes, separator: bytes) -> None:
        """Take the next physical line."""
        ends = line.removesuffix(b"\r")
        if QUOTE not in ends and not self.is_open:
            self.cells = ends.split(separator)
            return
        if self.is_open:
            self.pieces.append(b"\n")
        place = 0
        while place <= len(ends):
            if not self.is_open and ends[place : place + 1] == QUOTE:
                self.pieces, self.is_open, place = [], True, place + 1
            is_quoted = self.is_open
            if is_quoted:
                closed = _QUOTED.match(ends, place)
                if closed is None:
                    self.pieces.append(line[place:])  # the cell goes on behind the newline
                    return
                self.pieces.append(ends[place : closed.end() - 1])
                self.is_open, place = False, closed.end()
            place = self._end_cell(ends, place, separator, is_quoted=is_quoted)

    def _end_cell(self, line: bytes, place: int, separator: bytes, *, is_quoted: bool) -> int:
        """Keep the cell that ends at the next separator, and return the place behind that."""
        end = line.find(separator, place)
        end = len(line) if end < 0 else end
        unquoted = line[place:end]
        self.is_wrong |= unquoted != b"" if is_quoted else QUOTE in unquoted
        self.cells.append(b"".join(self.pieces).replace(b'""', QUOTE) if is_quoted else unquoted)
        return end + 1

    def ended(self) -> CsvRecord:
        """Return what the record has come to."""
        if self.is_too_long or self.is_wrong:
            return CsvRecord(self.number, [], TOO_LONG if self.is_too_long else MISPLACED_QUOTES)
        try:
            return CsvRecord(self.number, [cell.decode() for cell in self.cells])
        except UnicodeDecodeError:
            return CsvRecord(self.number, [], NOT_UTF_8)


def _separator_of(header: bytes) -> bytes:
    # No column's name has either of them in it.
    return next((one for one in SEPARATORS if one in header), SEPARATORS[-1])

"""A file of lines as it comes in parts → its lines, one by one. Never holds more than one line.

Used by `usecases/receive_import`. Lines are numbered as an editor does, from 1; blank ones count and are left out.
"""

from collections.abc import Iterator

from contracts_service.domain.file_lines import TOO_LONG, FileLine

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class LineSplitter:
    """Cuts parts of a file into lines of at most `longest` bytes; what is longer is dropped while it is read."""

    def __init__(self, longest: int) -> None:
        self._longest, self._number = longest, 0
        self._begun, self._is_too_long = bytearray(), False

    def feed(self, part: bytes) -> Iterator[FileLine]:
        """Yield the lines that end in `part`."""
        *ended, rest = part.split(b"\n")
        for piece in ended:
            self._add(piece)
            yield from self._end_line()
        self._add(rest)

    def end(self) -> Iterator[FileLine]:
        """Yield the last line, when the file does not end with a newline."""
        yield from self._end_line()

    def _add(self, piece: bytes) -> None:
        if self._is_too_long or len(self._begun) + len(piece) > self._longest:
            self._is_too_long = True
            self._begun.clear()
        else:
            self._begun += piece

    def _end_line(self) -> Iterator[FileLine]:
        content, is_too_long = bytes(self._begun), self._is_too_long
        self._begun.clear()
        self._is_too_long = False
        self._number += 1
        if self._number == 1:
            content = content.removeprefix(BYTE_ORDER_MARK)
        if is_too_long or content.strip():
            yield FileLine(self._number, None, TOO_LONG) if is_too_long else FileLine(self._number, content)

"""A line of an imported file, whatever it was written in, and many of them packed into the bytes that are sealed together.

`ndjson_lines` and `csv_lines` make them, `usecases/receive_import` packs them, `usecases/process_imports` reads them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts_service.domain.line_json import line_too_long
from contracts_service.domain.line_problems import LineProblems, problem_of_line

TOO_LONG = "line-too-long"


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line that says something: one JSON object as `content`, or None and the code of why it was refused while it was read."""

    number: int
    content: bytes | None
    refusal: str | None = None

    def problems(self) -> LineProblems:
        """Return what is wrong with a line that was refused while it was read."""
        if self.refusal is None or self.refusal == TOO_LONG:
            return line_too_long()
        return problem_of_line(self.refusal)


def pack(lines: Iterable[FileLine]) -> bytes:
    """Return `lines` as bytes: `number=content` or `number!code`, one a line. No content has a newline in it."""
    return b"\n".join(
        b"%d!%b" % (line.number, (line.refusal or TOO_LONG).encode())
        if line.content is None
        else b"%d=%b" % (line.number, line.content)
        for line in lines
    )


def unpack(packed: bytes) -> list[FileLine]:
    """Return the lines that were packed."""
    return [_line(one) for one in packed.split(b"\n")] if packed else []


def _line(packed: bytes) -> FileLine:
    number, found, content = packed.partition(b"=")
    if found:
        return FileLine(int(number), content)
    number, _, code = packed.partition(b"!")
    return FileLine(int(number), None, code.decode())

"""A CSV file as it comes in parts → its lines as JSON objects, such as the same file would have in NDJSON.

Used by `usecases/receive_import`. The first record names the columns by the dotted paths of the fields. An empty cell is null.
Members of a list are numbered from 0 (`beneficiaries.0.last_name`); one of whom every cell is empty is not there. Nothing is
guessed: an amount with a comma or a date like 31/12/2026 stays as it is, and the kind's reader refuses it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import orjson
from service_kit.problems import FieldProblem

from contracts_service.domain.csv_records import CsvRecord, CsvRecords
from contracts_service.domain.file_columns import Columns, header_problem, pattern_of
from contracts_service.domain.file_lines import TOO_LONG, FileLine

WRONG_NUMBER_OF_CELLS = "wrong-number-of-cells"

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,15}")
_FLAGS = {"true": True, "false": False}


class HeaderRefused(Exception):
    """The first record does not name the columns of this kind: nothing of the file can be read."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        self.problems = problems
        super().__init__("the header is refused")


class CsvLines:
    """Cuts parts of a file into lines of at most `longest` bytes. Raises HeaderRefused."""

    def __init__(self, longest: int, columns: Columns) -> None:
        self._longest, self._columns = longest, columns
        self._records = CsvRecords(longest)
        self._plan: _Plan | None = None

    def feed(self, part: bytes) -> Iterator[FileLine]:
        """Yield the lines that end in `part`."""
        for record in self._records.feed(part):
            yield from self._lines_of(record)

    def end(self) -> Iterator[FileLine]:
        """Yield the last line, when the file does not end with a newline."""
        for record in self._records.end():
            yield from self._lines_of(record)

    def _lines_of(self, record: CsvRecord) -> Iterator[FileLine]:
        if self._plan is None:
            self._plan = _Plan.of(record, self._columns)
        elif record.refusal is not None:
            yield FileLine(record.number, None, record.refusal)
        elif not any(record.cells):
            return  # spreadsheets leave such lines behind: nobody is meant
        elif len(record.cells) != len(self._plan.cells):
            yield FileLine(record.number, None, WRONG_NUMBER_OF_CELLS)
        else:
            content = orjson.dumps(self._plan.object_of(record.cells))
            is_too_long = len(content) > self._longest
            yield FileLine(record.number, None, TOO_LONG) if is_too_long else FileLine(record.number, content)


@dataclass(frozen=True, slots=True)
class _Cell:
    """Where a column's value goes: the names above it (a place in a list is a number), its own, and how it is read."""

    above: tuple[str | int, ...]
    name: str
    read: Callable[[str], Any] | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the cells of a record become an object; `lists` are the paths of its lists."""

    cells: list[_Cell]
    lists: list[tuple[str, ...]]

    @classmethod
    def of(cls, header: CsvRecord, columns: Columns) -> "_Plan":
        if header.refusal is not None:
            raise HeaderRefused([header_problem("line", header.refusal)])
        names = [name.strip() for name in header.cells]
        if problems := columns.problems_of(names):
            raise HeaderRefused(problems)
        above_lists = {pattern_of(name).partition(".*")[0] for name in names if "*" in pattern_of(name)}
        return cls([_cell(name, columns) for name in names], [tuple(path.split(".")) for path in sorted(above_lists)])

    def object_of(self, record: list[str]) -> dict[str, Any]:
        """Build the object of one record."""
        root: dict[str | int, Any] = {}
        for column, cell in zip(self.cells, record, strict=True):
            target = root
            for part in column.above:
                target = target.setdefault(part, {})
            target[column.name] = None if cell == "" else cell if column.read is None else column.read(cell)
        for *above, name in self.lists:
            parent: Any = root
            for part in above:
                parent = parent[part]
            people = parent[name]
            parent[name] = [
                people[place] for place in sorted(people) if any(v is not None for v in people[place].values())
            ]
        return cast(dict[str, Any], root)


def _cell(name: str, columns: Columns) -> _Cell:
    pattern = pattern_of(name)
    read = _number if pattern in columns.numbers else _flag if pattern in columns.flags else None
    *above, last = (int(part) if part.isdecimal() else part for part in name.split("."))
    return _Cell(tuple(above), str(last), read)


def _number(cell: str) -> int | str:
    return int(cell) if _WHOLE_NUMBER.fullmatch(cell) else cell


def _flag(cell: str) -> bool | str:
    return _FLAGS.get(cell, cell)

"""What the savers of an import's lines are given and give back: one shape for every kind that `process_imports` knows."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from contracts_service.domain.line_problems import LineProblems

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class NumberedLine(Generic[Line]):
    """A line that could be read, and its number in the file, as an editor counts."""

    number: int
    line: Line


@dataclass(frozen=True)
class Saved:
    """How many lines were written, how many said what was known, and which ones what is kept contradicts."""

    accepted: int
    unchanged: int
    refused: list[tuple[int, LineProblems]]

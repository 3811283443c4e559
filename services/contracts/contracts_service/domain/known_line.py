"""What a line that may have come before does: revisions only rise, and a file that is run again changes nothing."""

from typing import Literal, NamedTuple

from contracts_service.domain.line_problems import LineProblems
from contracts_service.domain.plain_fields import problem_of

Effect = Literal["new", "replaces", "unchanged", "contradicts"]


class Told(NamedTuple):
    """What is told by a line: its revision and everything else that it says."""

    revision: int
    content: tuple[object, ...]


def effect_of(told: Told, known: Told | None) -> Effect:
    """Return what `told` does, where `known` is what the same line said before."""
    if known is None:
        return "new"
    if told.revision != known.revision:
        return "replaces" if told.revision > known.revision else "unchanged"
    return "unchanged" if told.content == known.content else "contradicts"


def contradiction() -> LineProblems:
    """Return the problem of a line that says something new under a revision that has come before."""
    return LineProblems((problem_of("revision", "revision-not-raised"),))

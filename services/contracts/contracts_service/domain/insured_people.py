"""Who of a contract's people a line is about: files name a person by birth date and birth rank, as the health insurance does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

MEMBERS_RANK = 1


class InsuredPerson(NamedTuple):
    """The member, or somebody whom the contract covers or has covered. `birth_date` is as it is written in files."""

    id: UUID
    birth_date: str
    birth_rank: int
    is_covered: bool  # today

    def __repr__(self) -> str:
        return f"{type(self).__name__}(•••)"


@dataclass(slots=True)
class InsuredContract:
    """A contract and its people."""

    id: UUID
    people: list[InsuredPerson]

    def born(self, birth_date: str, birth_rank: int) -> list[InsuredPerson]:
        """Return everybody with this birth date and rank: more than one where a record was split, or twins share a rank."""
        return [one for one in self.people if one.birth_date == birth_date and one.birth_rank == birth_rank]


def choose_person(candidates: Sequence[InsuredPerson]) -> InsuredPerson | None:
    """Return the one candidate, or the one who is covered today; None where nobody or more than one fits."""
    if len(candidates) == 1:
        return candidates[0]
    covered = [one for one in candidates if one.is_covered]
    return covered[0] if len(covered) == 1 else None

"""Who of a contract's beneficiaries is who, from one import to the next: files carry no identifier of theirs."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts_service.domain.enrolment_line import BeneficiaryPart
from contracts_service.domain.personal_text import fold


@dataclass(frozen=True)
class KnownBeneficiary:
    """What is kept of a beneficiary and tells the person from the others of the contract."""

    id: UUID
    birth_date: str
    birth_rank: int
    first_name: str | None
    last_name: str

    @property
    def likeness(self) -> tuple[str, int, str, str]:
        """Return the same as a line's `BeneficiaryPart.likeness`."""
        return self.birth_date, self.birth_rank, fold(self.first_name or ""), fold(self.last_name)


def recognise(
    known: Sequence[KnownBeneficiary], parts: Sequence[BeneficiaryPart | KnownBeneficiary]
) -> list[UUID | None]:
    """Return for each of `parts` the id of the same person in `known` (whoever comes first there wins), or None.

    The same birth, rank and first name are the same person: last names change with marriages and judgments. Only where two
    people share all three does the last name tell them apart, so it is compared first.
    """
    found: list[UUID | None] = [None] * len(parts)
    free = list(known)
    if not free:
        return found
    for key in (_whole, _without_last_name):
        for place, part in enumerate(parts):
            if found[place] is None and (same := _first(free, key, key(part.likeness))) is not None:
                found[place] = same.id
                free.remove(same)
    return found


def is_same_person(one: BeneficiaryPart | KnownBeneficiary, other: BeneficiaryPart | KnownBeneficiary) -> bool:
    """Tell whether two have the same birth, rank and first name. Numbers are never compared to find doubles (CNIL, AU-31)."""
    return _without_last_name(one.likeness) == _without_last_name(other.likeness)


Likeness = tuple[str, int, str, str]


def _whole(likeness: Likeness) -> Hashable:
    return likeness


def _without_last_name(likeness: Likeness) -> Hashable:
    return likeness[:3]


def _first(
    known: list[KnownBeneficiary], key: Callable[[Likeness], Hashable], wanted: Hashable
) -> KnownBeneficiary | None:
    return next((one for one in known if key(one.likeness) == wanted), None)

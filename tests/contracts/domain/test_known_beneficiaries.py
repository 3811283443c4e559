"""The same person keeps the same identifier from one file to the next."""

from typing import Any
from uuid import UUID

import pytest
from contracts_service.domain.enrolment_line import BeneficiaryPart, EnrolmentLine
from contracts_service.domain.known_beneficiaries import KnownBeneficiary, recognise

pytestmark = pytest.mark.unit

ONE, TWO = UUID(int=1), UUID(int=2)


def known(beneficiary_id: UUID, first_name: str | None, last_name: str = "Dupont", rank: int = 1) -> KnownBeneficiary:
    return KnownBeneficiary(beneficiary_id, "2016-03-22", rank, first_name, last_name)


@pytest.fixture
def parts(read: Any, line: dict[str, Any]) -> Any:
    """Read beneficiaries born on 22 March 2016: (first name, last name, rank) each."""

    def read_parts(*people: tuple[str | None, str, int]) -> tuple[BeneficiaryPart, ...]:
        line["beneficiaries"] = [
            {
                "first_name": first,
                "last_name": last,
                "birth_date": "2016-03-22",
                "birth_rank": rank,
                "relation": "child",
            }
            for first, last, rank in people
        ]
        result = read(line)
        assert isinstance(result, EnrolmentLine)
        return result.beneficiaries

    return read_parts


def test_birth_rank_and_folded_first_name_are_the_same_person(parts: Any) -> None:
    assert recognise([known(ONE, "Zoë")], parts(("ZOE", "Dupont", 1))) == [ONE]


def test_a_new_last_name_is_the_same_person(parts: Any) -> None:
    assert recognise([known(ONE, "Zoë")], parts(("Zoë", "Martin", 1))) == [ONE]


@pytest.mark.parametrize("other", [("Zoë", "Dupont", 2), ("Léa", "Dupont", 1), (None, "Dupont", 1)])
def test_another_rank_or_first_name_is_another_person(parts: Any, other: tuple[str | None, str, int]) -> None:
    assert recognise([known(ONE, "Zoë")], parts(other)) == [None]


def test_twins_keep_their_own_identifiers_in_any_order(parts: Any) -> None:
    twins = [known(ONE, "Léo", rank=1), known(TWO, "Léo", rank=2)]

    assert recognise(twins, parts(("Léo", "Dupont", 2), ("Léo", "Dupont", 1))) == [TWO, ONE]


def test_two_people_who_share_all_but_the_last_name_are_told_apart_by_it(parts: Any) -> None:
    both = [known(ONE, "Léo", "Dupont"), known(TWO, "Léo", "Martin")]

    assert recognise(both, parts(("Léo", "Martin", 1), ("Léo", "Durand", 1))) == [TWO, ONE]


def test_nobody_is_recognised_twice(parts: Any) -> None:
    assert recognise([known(ONE, "Léo")], parts(("Léo", "Martin", 1), ("Léo", "Durand", 1))) == [ONE, None]

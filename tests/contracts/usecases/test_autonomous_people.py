"""Who is known apart from the member is told once for each state: from the day of 16 on, in Paris, until the cover ends."""

from datetime import UTC, datetime

import pytest

from tests.support.contracts_fixtures import OpenContracts, enrolment_line
from tests.support.household import GROWN, SMALL, SPOUSE, Household, somebody


@pytest.fixture
def household(contracts: OpenContracts) -> Household:
    return Household(contracts)


async def test_a_spouse_and_a_child_of_18_are_told_with_the_contracts_address_and_nothing_of_the_member(
    household: Household,
):
    where = enrolment_line()["address"] | {"recipient": "Mme Canariensis-d’Arc Maëlys"}
    await household.file_says(SPOUSE, GROWN, SMALL, address=where)
    told = {one["first_name"]: one for one in await household.tell()}

    assert sorted(told) == ["Yves", "Éloi"]
    assert told["Yves"] == {
        "version": 1,
        "beneficiary_id": str(await household.id_of(SPOUSE)),
        "member_id": str(await household.member_id()),
        "brand": "mgas",
        "effective_date": "2019-06-08",
        "end_date": None,
        "autonomous": True,
        "membership_number": "00412307",
        "nir": SPOUSE["nir"],
        "last_name": "Le Goff",
        "first_name": "Yves",
        "birth_date": "1967-03-02",
        "email": None,
        "address": where | {"recipient": None},
    }
    assert told["Éloi"]["effective_date"] == "2024-01-13"

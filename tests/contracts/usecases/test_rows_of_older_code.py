"""Rows that code of the release before inserts during a rolling deployment, which knows nothing of autonomy."""

import pytest
from contracts_service.domain.autonomy import autonomous_from
from contracts_service.domain.birth_date import BirthDate

from tests.support.household import SPOUSE, Household

INSERT = """
    INSERT INTO beneficiaries (id, contract_id, place, first_name, last_name, birth_date, birth_rank, relation, created_at)
    SELECT gen_random_uuid(), id, 5, 'Anna', 'Canariensis', $2, 1, 'child', now() FROM contracts WHERE member_id = $1
    RETURNING autonomous_from, look_on
"""


@pytest.mark.parametrize("born", ["2015-06-30", "2012-02-29", "2015-00-00", "2015-06-00", "2015-45-12", "1967-03-02"])
async def test_a_row_without_the_days_of_autonomy_gets_those_of_the_birth_date(household: Household, born: str) -> None:
    await household.file_says(SPOUSE)
    (row,) = await household.contracts.fetch(INSERT, await household.member_id(), born)

    assert tuple(row) == (autonomous_from(BirthDate(born)),) * 2


async def test_a_child_whom_older_code_has_inserted_is_seen_by_its_parent_and_told_to_nobody(
    household: Household,
) -> None:
    await household.file_says(SPOUSE)
    member_id = await household.member_id()
    await household.contracts.fetch(INSERT, member_id, "2015-06-30")
    people = await household.people(household.contracts.member(member_id))

    assert {"Anna": True, "Yves": False}.items() <= {one["first_name"]: one["lines_shown"] for one in people}.items()
    assert [one["birth_date"] for one in await household.tell()] == [SPOUSE["birth_date"]]

"""The back office's file comes every day: what it does to an address that the member has chosen since (ADR 0012)."""

from typing import Any
from uuid import UUID

import pytest

from tests.support.chosen_email_steps import account_created, email_changed, enrolled, hear, present, told
from tests.support.contracts_fixtures import OpenContracts, enrolment_line, ndjson

LINE = enrolment_line()
FILE, CHOSEN, NEW = LINE["email"], "choisie@example.org", "nouvelle@example.org"


async def counts(contracts: OpenContracts, **changes: Any) -> tuple[int, int]:
    """Import the member's line with changes; return how many lines were accepted, and how many unchanged."""
    _, answer = await contracts.send(ndjson([LINE | changes]))
    return answer["accepted"], answer["unchanged"]


async def chosen(contracts: OpenContracts, **line: Any) -> UUID:
    """Enrol a member, who then chooses an address."""
    member_id = await enrolled(contracts, LINE | line)
    await hear(contracts, email_changed(member_id, CHOSEN))
    return member_id


@pytest.mark.parametrize("landed", [False, True], ids=["enrolled now", "enrolled before addresses could be chosen"])
@pytest.mark.parametrize(
    ("changes", "expected", "email", "version"),
    [
        ({}, (0, 1), CHOSEN, 2),
        ({"title": "Dr"}, (1, 0), CHOSEN, 3),
        ({"email": NEW}, (1, 0), NEW, 3),
        ({"email": NEW, "title": "Dr"}, (1, 0), NEW, 3),
    ],
    ids=["the same line", "another title", "another address", "another address and title"],
)
async def test_only_another_address_in_the_file_replaces_a_chosen_one(
    contracts: OpenContracts, landed: bool, changes: dict[str, Any], expected: tuple[int, int], email: str, version: int
) -> None:
    member_id = await enrolled(contracts, LINE)
    if landed:
        await contracts.execute("UPDATE members SET file_email_digest = NULL")
    await hear(contracts, email_changed(member_id, CHOSEN))

    assert await counts(contracts, **changes) == expected
    assert await present(contracts, member_id) == (email, version)
    assert (await told(contracts))[-1]["email"] == email
    assert await counts(contracts, **changes) == (0, 1)
    assert await present(contracts, member_id) == (email, version)


async def test_a_choice_outlives_changes_day_after_day(contracts: OpenContracts) -> None:
    member_id = await chosen(contracts)
    found = [await counts(contracts, title=title) for title in ("Dr", "Dr", "Mme", "M.")]

    assert found == [(1, 0), (0, 1), (1, 0), (1, 0)]
    assert await present(contracts, member_id) == (CHOSEN, 5)


async def test_a_file_that_begins_to_write_in_capitals_tells_no_other_address(contracts: OpenContracts) -> None:
    member_id = await chosen(contracts)

    assert await counts(contracts, email=FILE.upper()) == (1, 0)
    assert await present(contracts, member_id) == (CHOSEN, 3)


async def test_a_member_of_whom_the_file_knows_no_address_keeps_the_own_one(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, LINE | {"email": None})
    await hear(contracts, account_created(member_id, CHOSEN))

    assert await counts(contracts, email=None) == (0, 1)
    assert await counts(contracts, email=None, title="Dr") == (1, 0)
    assert await present(contracts, member_id) == (CHOSEN, 3)


async def test_a_choice_taken_back_to_none_is_not_undone_by_the_same_file(contracts: OpenContracts) -> None:
    member_id = await chosen(contracts)
    await hear(contracts, email_changed(member_id, None, version=2))

    assert await counts(contracts, title="Dr") == (1, 0)
    assert await present(contracts, member_id) == (None, 4)


async def test_after_the_file_has_won_the_member_may_choose_again(contracts: OpenContracts) -> None:
    member_id = await chosen(contracts)
    await counts(contracts, email=NEW)
    await hear(contracts, email_changed(member_id, CHOSEN, version=2))

    assert await counts(contracts, email=NEW, title="Dr") == (1, 0)
    assert await present(contracts, member_id) == (CHOSEN, 5)
    assert await counts(contracts) == (1, 0)
    assert await present(contracts, member_id) == (FILE, 6)


async def test_a_file_that_has_learned_the_choice_says_nothing_new(contracts: OpenContracts) -> None:
    member_id = await chosen(contracts)

    assert await counts(contracts, email=CHOSEN) == (1, 0)
    assert await counts(contracts, email=CHOSEN, title="Dr") == (1, 0)
    assert await present(contracts, member_id) == (CHOSEN, 4)

"""An address that a member chose in identity becomes the one that contracts keeps and tells."""

import asyncio
from uuid import uuid4

import pytest
from contracts_service.store import members
from service_kit.broker import Verdict

from tests.support.chosen_email_steps import account_created, email_changed, enrolled, hear, present, told
from tests.support.contracts_fixtures import OpenContracts, enrolment_line
from tests.support.waiting import eventually

LINE = enrolment_line()
CHOSEN, LATER = "choisie@example.org", "plus.tard@example.org"


async def test_the_chosen_address_is_told_with_the_members_whole_state(contracts: OpenContracts) -> None:
    twins = [LINE["beneficiaries"][0] | {"birth_rank": rank, "first_name": name} for rank, name in ((2, "B"), (1, "A"))]
    member_id = await enrolled(contracts, enrolment_line(beneficiaries=twins))
    verdict = await hear(contracts, email_changed(member_id, CHOSEN))
    before, after = await told(contracts)

    assert verdict is Verdict.DONE
    assert await present(contracts, member_id) == (CHOSEN, 2)
    assert after == before | {"version": 2, "email": CHOSEN}
    assert [envelope.type for envelope in await contracts.envelopes()] == ["member.enrolled.v1", "member.changed.v1"]


async def test_the_address_of_an_access_that_the_member_created_is_kept(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, enrolment_line(email=None))

    assert await hear(contracts, account_created(member_id, CHOSEN)) is Verdict.DONE
    assert await present(contracts, member_id) == (CHOSEN, 2)


async def test_an_access_that_opened_by_itself_teaches_nothing(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, LINE)

    assert await hear(contracts, account_created(member_id, CHOSEN, by="automatic")) is Verdict.DONE
    assert await present(contracts, member_id) == (LINE["email"], 1)


async def test_a_choice_taken_back_to_no_address_leaves_none(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, enrolment_line(email=None))
    await hear(contracts, email_changed(member_id, CHOSEN, version=4))
    await hear(contracts, email_changed(member_id, None, version=5))

    assert await present(contracts, member_id) == (None, 3)
    assert [one["email"] for one in await told(contracts)] == [None, CHOSEN, None]


async def test_an_older_choice_that_comes_later_changes_nothing(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, LINE)
    verdicts = [
        await hear(contracts, email_changed(member_id, LATER, version=9)),
        await hear(contracts, email_changed(member_id, CHOSEN, version=8)),
        await hear(contracts, account_created(member_id, CHOSEN)),
    ]

    assert verdicts == [Verdict.DONE] * 3
    assert await present(contracts, member_id) == (LATER, 2)
    assert len(await told(contracts)) == 2


async def test_an_older_choice_changes_nothing_even_where_the_newer_one_changed_nothing(
    contracts: OpenContracts,
) -> None:
    member_id = await enrolled(contracts, LINE)
    await hear(contracts, email_changed(member_id, LINE["email"], version=9))
    await hear(contracts, email_changed(member_id, CHOSEN, version=8))

    assert await present(contracts, member_id) == (LINE["email"], 1)
    assert len(await told(contracts)) == 1


async def test_the_same_event_twice_makes_one_version(contracts: OpenContracts) -> None:
    member_id, event_id = await enrolled(contracts, LINE), uuid4()
    event = email_changed(member_id, CHOSEN)
    verdicts = [await hear(contracts, event, event_id=event_id) for _ in range(2)]

    assert verdicts == [Verdict.DONE] * 2
    assert (await present(contracts, member_id), len(await told(contracts))) == ((CHOSEN, 2), 2)


async def test_nobodys_choice_and_a_text_that_is_no_address_are_dead_letters(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, LINE)
    verdicts = [
        await hear(contracts, email_changed(uuid4(), CHOSEN)),
        await hear(contracts, email_changed(member_id, CHOSEN, brand="demo")),
        await hear(contracts, email_changed(member_id, "no address")),
    ]

    assert verdicts == [Verdict.DEAD] * 3
    assert (await present(contracts, member_id), len(await told(contracts))) == ((LINE["email"], 1), 1)
    assert await contracts.fetch("SELECT FROM inbox") == []


async def test_a_choice_waits_for_a_file_that_is_writing_the_member(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, LINE)

    async def waiting() -> bool:
        here = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(await contracts.fetch(here))

    async with contracts.service.database.transaction() as connection:
        await members.lock_brand(connection, "mgas")
        hearing = asyncio.create_task(hear(contracts, email_changed(member_id, CHOSEN)))
        assert await eventually(waiting, bool)
        await connection.execute("UPDATE members SET version = 2, title = 'Dr' WHERE id = $1", member_id)

    assert await hearing is Verdict.DONE
    assert await present(contracts, member_id) == (CHOSEN, 3)
    assert [(one["version"], one["title"]) for one in await told(contracts)] == [(1, "Mme"), (3, "Dr")]


@pytest.mark.parametrize("typed", ["Choisie@EXAMPLE.org", "Choisie@example.org"])
async def test_an_address_is_kept_in_the_form_that_a_files_addresses_have(contracts: OpenContracts, typed: str) -> None:
    member_id = await enrolled(contracts, LINE)
    await hear(contracts, email_changed(member_id, typed))

    assert await present(contracts, member_id) == ("Choisie@example.org", 2)

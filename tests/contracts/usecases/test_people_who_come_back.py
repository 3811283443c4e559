"""Somebody is accepted who was on the contract before, or whose contract has ended meanwhile."""

from datetime import timedelta
from uuid import UUID

from tests.support.beneficiary_steps import NEWBORN, NOW, SPOUSE, Asking
from tests.support.household import Household

ON_FILE = {name: value for name, value in SPOUSE.items() if name != "change"} | {"birth_rank": 1}
WITHOUT_NUMBER = {name: value for name, value in SPOUSE.items() if name != "nir"}


async def test_who_is_accepted_again_without_a_number_keeps_the_one_that_was_known(household: Household):
    asking = await Asking.of(household, ON_FILE)
    await household.file_says()
    request_id = await asking.submitted(WITHOUT_NUMBER)
    _, answer = await asking.accept(request_id, "2026-11-21")
    told = await household.tell()

    assert answer["effect"] == "applied"
    assert [one["nir"] for one in told][-1] == SPOUSE["nir"]


async def test_a_number_that_nobody_knew_comes_with_the_request(household: Household):
    asking = await Asking.of(household, ON_FILE | {"nir": None})
    await household.file_says()
    await asking.accept(await asking.submitted(SPOUSE), "2026-11-21")

    assert [one["nir"] for one in await household.tell()] == [SPOUSE["nir"]]


async def test_an_accepted_addition_lapses_when_the_contract_ends_before_its_first_day(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.submitted(NEWBORN)
    await asking.accept(request_id, "2026-12-28")
    await household.contracts.execute(
        "UPDATE contracts SET end_date = '2026-12-21' WHERE member_id = $1", asking.member_id
    )
    household.it_is(NOW + timedelta(days=60))
    await asking.days_work()
    (row,) = await household.contracts.fetch(
        "SELECT state, closed_at, apply_on, nir_sealed FROM beneficiary_requests WHERE id = $1", UUID(request_id)
    )

    assert await asking.covered() == []
    assert "beneficiary.added.v1" not in [kind for kind, _ in await asking.news()]
    assert tuple(row) == ("lapsed", NOW + timedelta(days=60), None, None)
    assert (await asking.shown(request_id))["state_label"] == "Classée sans suite"


async def test_an_accepted_addition_on_the_contract_s_last_day_is_applied(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.submitted(NEWBORN)
    await asking.accept(request_id, "2026-12-21")
    await household.contracts.execute(
        "UPDATE contracts SET end_date = '2026-12-21' WHERE member_id = $1", asking.member_id
    )
    household.it_is(NOW + timedelta(days=60))
    await asking.days_work()

    assert await asking.covered() == ["Canarine"]


async def test_the_days_that_were_decided_are_the_days_of_cover_that_the_member_reads(household: Household):
    asking = await Asking.of(household)
    await asking.accept(await asking.submitted(NEWBORN), "2026-11-10")
    _, added = await household.contracts.get("/v1/me/beneficiaries", asking.headers())
    child = added["items"][1]
    body = {"change": "removal", "beneficiary_id": child["id"], "effective_date": "2026-11-21", "cause": "other"}
    await asking.accept(await asking.asked(body), "2026-11-21")
    household.it_is(NOW + timedelta(days=1))
    await asking.days_work()
    _, removed = await household.contracts.get("/v1/me/beneficiaries", asking.headers())

    assert (child["since"], child["until"]) == ("2026-11-10", None)
    assert [(one["since"], one["until"]) for one in removed["items"][1:]] == [("2026-11-10", "2026-11-21")]

"""Who is known apart from the member is told once for each state: from the day of 16 on, in Paris, until the cover ends."""

from datetime import UTC, datetime
from typing import Any

import pytest
from contracts_service.usecases.tell_autonomous_beneficiaries import ROUND, tell_autonomous_beneficiaries

from tests.support.chosen_email_steps import email_changed, hear
from tests.support.contracts_fixtures import OpenContracts, enrolment_line, ndjson
from tests.support.household import GROWN, SMALL, SPOUSE, Household, somebody

ADDRESS = enrolment_line()["address"]
REASON = {"reason": "courrier du 18 novembre"}


def told_of(told: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(one[name] for name in names) for one in told]


async def test_a_spouse_and_a_child_of_18_are_told_with_the_address_and_nothing_of_the_member(household: Household):
    where = ADDRESS | {"recipient": "Mme Canariensis-d’Arc Maëlys"}
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
        "delivery_preference": "paper",  # no e-mail address is known
        "membership_number": f"{household.number:08}",
        "nir": SPOUSE["nir"],
        "last_name": "Le Goff",
        "first_name": "Yves",
        "birth_date": "1967-03-02",
        "email": None,
        "address": where | {"recipient": None},
    }
    assert told["Éloi"]["effective_date"] == "2024-01-13"


@pytest.mark.parametrize(
    ("born", "evening", "midnight"),
    [
        ("2010-11-22", datetime(2026, 11, 21, 22, 59, tzinfo=UTC), datetime(2026, 11, 21, 23, 30, tzinfo=UTC)),
        ("2011-07-01", datetime(2027, 6, 30, 21, 59, tzinfo=UTC), datetime(2027, 6, 30, 22, 30, tzinfo=UTC)),
        ("2011-00-00", datetime(2026, 12, 31, 22, 59, tzinfo=UTC), datetime(2026, 12, 31, 23, 0, tzinfo=UTC)),
        ("2008-02-29", datetime(2024, 2, 28, 22, 59, tzinfo=UTC), datetime(2024, 2, 28, 23, 0, tzinfo=UTC)),
    ],
)
async def test_the_day_of_16_begins_at_midnight_in_paris(
    household: Household, born: str, evening: datetime, midnight: datetime
):
    household.it_is(evening)
    child = somebody("Noé", born)
    await household.file_says(child)
    headers = household.contracts.member(await household.member_id())
    before = await household.tell(), (await household.people(headers))[1]["lines_shown"]
    household.it_is(midnight)
    headers = household.contracts.member(await household.member_id())
    after = await household.tell(), (await household.people(headers))[1]["lines_shown"]

    assert before == ([], True)
    assert (len(after[0]), after[1]) == (1, False)


async def test_what_is_known_already_is_told_once_and_each_change_of_the_person_or_the_cover_anew(household: Household):
    await household.file_says(SPOUSE)
    contract, moved = enrolment_line()["contract"], ADDRESS | {"street": "5, rue Neuve"}
    await household.tell()
    await household.file_says(SPOUSE, phone="06 98 76 54 32")
    unchanged = len(await household.tell())
    await household.file_says(SPOUSE | {"last_name": "Le Goff-Arc"})
    await household.tell()
    await household.file_says(SPOUSE | {"last_name": "Le Goff-Arc"}, address=moved)
    await household.tell()
    await household.file_says(
        SPOUSE | {"last_name": "Le Goff-Arc"}, address=moved, contract=contract | {"end_date": "2026-12-31"}
    )
    told = await household.tell()

    assert unchanged == 1
    assert [(one["version"], one["last_name"], one["address"]["street"], one["end_date"]) for one in told] == [
        (1, "Le Goff", ADDRESS["street"], None),
        (2, "Le Goff-Arc", ADDRESS["street"], None),
        (3, "Le Goff-Arc", "5, rue Neuve", None),
        (4, "Le Goff-Arc", "5, rue Neuve", "2026-12-31"),
    ]


async def test_who_is_removed_is_covered_until_the_day_before_and_may_come_back(household: Household):
    await household.file_says(SPOUSE)
    await household.tell()
    await household.file_says()
    await household.tell()
    await household.file_says(SPOUSE)
    told = await household.tell()

    assert told_of(told, "version", "end_date", "autonomous") == [
        (1, None, True),
        (2, "2026-11-20", True),
        (3, None, True),
    ]
    assert len({one["beneficiary_id"] for one in told}) == 1


async def test_nobody_who_left_before_16_is_told_on_the_birthday(household: Household):
    await household.file_says(somebody("Noé", "2010-11-30"))
    await household.file_says()
    household.it_is(datetime(2026, 12, 1, 9, tzinfo=UTC))

    assert await household.tell() == []


async def test_a_child_without_a_number_of_its_own_is_told_when_there_is_one(household: Household):
    line = enrolment_line(household.number)
    await household.file_says(GROWN | {"nir": None})
    unknown = await household.tell()
    await household.file_says(GROWN | {"nir": line["nir"]})  # the member's
    of_the_member = await household.tell()
    await household.file_says(GROWN)
    known = await household.tell()
    await household.file_says(GROWN | {"nir": None})
    told = await household.tell()

    assert (unknown, of_the_member) == ([], [])
    assert told_of(told, "version", "nir") == [(1, GROWN["nir"]), (2, None)]
    assert known == told[:1]


async def test_a_number_of_a_parent_on_the_contract_is_the_parents_and_no_childs(household: Household):
    child = somebody("Noé", "2009-05-05", nir=SPOUSE["nir"])
    await household.file_says(SPOUSE, child)

    assert told_of(await household.tell(), "first_name", "nir") == [("Yves", SPOUSE["nir"])]


async def test_twins_are_two_people(household: Household):
    twins = [somebody("Ana", "2009-05-05", birth_rank=1), somebody("Éva", "2009-05-05", birth_rank=2)]
    await household.file_says(*twins)
    told = await household.tell()

    assert sorted(one["first_name"] for one in told) == ["Ana", "Éva"]
    assert len({one["beneficiary_id"] for one in told}) == 2


async def test_a_refusal_and_its_withdrawal_are_told(household: Household):
    await household.file_says(SPOUSE)
    await household.tell()
    path = f"beneficiaries/{await household.id_of(SPOUSE)}/autonomy-refusal"
    refusal = {"refused_on": "2026-11-18", "proof": "lettre signée, GED 4711", **REASON}
    refused = await household.staff(path, refusal)
    await household.tell()
    withdrawn = await household.staff(f"{path}/withdrawal", REASON)
    told = await household.tell()

    assert (refused[0], withdrawn[0]) == (204, 204)
    assert told_of(told, "version", "autonomous") == [(1, True), (2, False), (3, True)]


async def test_a_refusal_of_which_nobody_has_heard_is_not_told_its_withdrawal_is(household: Household):
    await household.file_says(SPOUSE)
    path = f"beneficiaries/{await household.id_of(SPOUSE)}/autonomy-refusal"
    await household.staff(path, {"refused_on": "2026-11-18", "proof": "lettre signée", **REASON})
    before = await household.tell()
    await household.staff(f"{path}/withdrawal", REASON)

    assert before == []
    assert told_of(await household.tell(), "version", "autonomous") == [(1, True)]


async def test_a_birth_date_that_is_corrected_to_a_younger_one_ends_the_autonomy(household: Household):
    await household.file_says(somebody("Noé", "2008-05-05"))
    await household.tell()
    await household.contracts.execute(
        "UPDATE beneficiaries SET birth_date = '2018-05-05' WHERE id = $1",
        await household.id_of(somebody("Noé", "2008-05-05")),
    )
    await household.file_says(somebody("Noé", "2018-05-05", last_name="Le Goff"))

    assert told_of(await household.tell(), "version", "autonomous") == [(1, True), (2, False)]


async def test_an_own_address_is_told_whoever_has_given_it(household: Household):
    await household.file_says(SPOUSE)
    person_id = await household.id_of(SPOUSE)
    recorded = {"email": "Yves.LeGoff@Exemple.example", **REASON}
    answered = await household.staff(f"beneficiaries/{person_id}/email", recorded, method="PUT")
    await household.tell()
    await hear(household.contracts, email_changed(person_id, "yves@autre.example", version=5))
    await hear(household.contracts, email_changed(person_id, "trop.tard@autre.example", version=4))
    told = await household.tell()

    assert answered[0] == 204
    assert told_of(told, "version", "email") == [(1, "Yves.LeGoff@exemple.example"), (2, "yves@autre.example")]


async def test_of_two_workers_each_tells_others(household: Household):
    await household.file_says(SPOUSE, GROWN)
    service, spouse = household.contracts.service, await household.id_of(SPOUSE)
    async with service.database.transaction() as connection:
        await connection.execute("SELECT FROM beneficiaries WHERE id = $1 FOR UPDATE", spouse)  # another worker's
        while_held = await household.tell()

    assert told_of(while_held, "first_name") == [("Éloi",)]
    assert sorted(told_of(await household.tell(), "first_name", "version")) == [("Yves", 1), ("Éloi", 1)]


async def test_a_first_import_is_worked_off_in_rounds_and_then_costs_nothing(shared_contracts: OpenContracts):
    lines = [enrolment_line(900_000 + number, beneficiaries=[SPOUSE]) for number in range(ROUND + 30)]
    await shared_contracts.send(ndjson(lines))
    rounds = [await tell_autonomous_beneficiaries(shared_contracts.service) for _ in range(3)]
    async with shared_contracts.service.database.transaction() as connection:
        await connection.execute("SET LOCAL enable_seqscan = off")
        plan = await connection.fetch(
            "EXPLAIN SELECT id FROM beneficiaries WHERE look_on <= '2026-11-21' ORDER BY look_on"
        )

    assert (rounds[0], rounds[-1]) == (ROUND, 0)
    assert any("beneficiaries_to_look_at" in row[0] for row in plan)

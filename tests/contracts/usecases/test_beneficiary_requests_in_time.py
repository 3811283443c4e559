"""Requests about beneficiaries as days pass: cover that begins or ends later, requests that nobody completes, files that come."""

from datetime import timedelta
from uuid import UUID

import pytest
from contracts_service.metrics import OLDEST_REQUEST_SECONDS

from tests.support.beneficiary_steps import NEWBORN, NOW, Asking
from tests.support.contracts_fixtures import ndjson
from tests.support.document_files import good_pdf
from tests.support.household import SMALL, Household
from tests.support.household import SPOUSE as WIFE

BABY = {name: value for name, value in NEWBORN.items() if name != "change"} | {"birth_rank": 1, "nir": None}


async def test_a_newborn_is_added_and_no_file_that_repeats_itself_takes_the_child_away(household: Household):
    asking = await Asking.of(household, SMALL)
    request_id = await asking.submitted()
    _, answer = await asking.accept(request_id)
    baby = answer["beneficiary_id"]
    repeated = [(await household.contracts.send(line))[1] for line in files_of(asking)]
    left_alone = await asking.covered()
    await household.file_says(SMALL, BABY | {"last_name": "Canariensis"})
    (row,) = await household.contracts.fetch(
        "SELECT id, last_name FROM beneficiaries WHERE id = $1 AND removed_at IS NULL", UUID(baby)
    )
    changes = [data for kind, data in await asking.news() if kind == "member.changed.v1"]

    assert [(one["accepted"], one["unchanged"]) for one in repeated] == [(0, 1), (1, 0)]
    assert left_alone == ["Anna", "Canarine"]
    assert (str(row["id"]), row["last_name"]) == (baby, "Canariensis")
    assert [[one["first_name"] for one in data["beneficiaries"]] for data in changes] == [["Anna", "Canarine"]] * 3
    assert await asking.covered() == ["Anna", "Canarine"]
    assert [one["first_name"] for one in await household.people(asking.headers())][1:] == ["Anna", "Canarine"]


def files_of(asking: Asking) -> list[bytes]:
    """Return the same file again, and one that says something else than whom the contract covers."""
    return [ndjson([asking.line(SMALL)]), ndjson([asking.line(SMALL, title="Dr")])]


async def test_cover_that_begins_later_is_to_come_until_its_day(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.submitted()
    _, accepted = await asking.accept(request_id, "2026-12-01")
    await asking.days_work()
    before, shown, told = await asking.covered(), await asking.shown(request_id), await asking.news()
    again, _ = await asking.ask(NEWBORN)
    cancelled, _ = await asking.cancel(request_id)
    household.it_is(NOW.replace(month=11, day=30, hour=22, minute=59))
    await asking.days_work()
    the_evening_before = await asking.covered()
    household.it_is(NOW.replace(month=11, day=30, hour=23))  # midnight in Paris
    await asking.days_work()
    await asking.days_work()
    kinds = [kind for kind, _ in await asking.news()]

    assert (accepted["effect"], shown["state_label"], shown["effective_date"]) == (
        "upcoming",
        "Acceptée, à venir",
        "2026-12-01",
    )
    assert await asking.kept(request_id) == [("birth_certificate", False, "accepted")]
    assert (again, cancelled) == (409, 409)
    assert (before, the_evening_before, await asking.covered()) == ([], [], ["Canarine"])
    assert [kind for kind, _ in told] == ["beneficiary.requested.v1", "beneficiary.accepted.v1"]
    assert kinds[2:] == ["member.changed.v1", "beneficiary.added.v1"]
    assert (await asking.shown(request_id))["state_label"] == "Acceptée"


async def test_who_is_removed_is_covered_on_the_last_day_and_no_longer_on_the_next(household: Household):
    asking = await Asking.of(household, WIFE, SMALL)
    body = {"change": "removal", "beneficiary_id": str(await household.id_of(WIFE)), "cause": "divorce"}
    request_id = await asking.asked(body | {"effective_date": "2026-11-30"})
    await asking.accept(request_id, "2026-11-30")
    household.it_is(NOW.replace(day=30))
    await asking.days_work()
    on_the_last_day = await asking.covered()
    household.it_is(NOW.replace(month=12, day=1))
    await asking.days_work()
    accepted = next(data for kind, data in await asking.news() if kind == "beneficiary.accepted.v1")
    await household.file_says(WIFE, SMALL)  # which has not heard of it

    assert on_the_last_day == ["Yves", "Anna"]
    assert accepted["effective_date"] == "2026-12-01"  # « ne couvre plus … à partir du »
    assert await asking.covered() == ["Anna"]
    assert (await asking.shown(request_id))["effect"] == "applied"


async def test_who_comes_back_is_the_same_person(household: Household):
    asking = await Asking.of(household, WIFE)
    wife_id = await household.id_of(WIFE)
    body = {"change": "removal", "beneficiary_id": str(wife_id), "effective_date": "2026-11-21"}
    await asking.accept(await asking.asked(body), "2026-11-21")
    household.it_is(NOW + timedelta(days=1))
    await asking.days_work()
    gone = await asking.covered()
    person = {name: WIFE[name] for name in ("first_name", "last_name", "birth_date")}
    back = await asking.submitted({"change": "addition", "relation": "spouse", **person})
    _, answer = await asking.accept(back, "2026-11-22")

    assert gone == []
    assert answer["beneficiary_id"] == str(wife_id)
    assert await asking.covered() == ["Yves"]


@pytest.mark.parametrize(("days", "state"), [(29, "awaiting_documents"), (31, "lapsed")])
async def test_a_request_that_nobody_completes_lapses_with_what_has_come(household: Household, days: int, state: str):
    asking = await Asking.of(household)
    body = NEWBORN | {"birth_date": "2005-06-01", "effective_date": "2026-12-01"}
    request_id = await asking.asked(body)
    await asking.send(request_id, good_pdf())
    household.it_is(NOW + timedelta(days=days))
    await asking.days_work()
    kept = await asking.kept(request_id)

    assert (await asking.shown(request_id))["state"] == state
    assert kept == [("birth_certificate", state != "lapsed", "lapsed" if state == "lapsed" else None)]


async def test_documents_that_nobody_looks_at_are_deleted_at_last_and_operators_see_them_wait(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.submitted()
    household.it_is(NOW + timedelta(days=89))
    await asking.days_work()
    kept, waits = await asking.kept(request_id), OLDEST_REQUEST_SECONDS.labels("mgas")._value.get()
    household.it_is(NOW + timedelta(days=91))
    await asking.days_work()

    assert kept == [("birth_certificate", True, None)]
    assert waits == timedelta(days=89).total_seconds()
    assert await asking.kept(request_id) == [("birth_certificate", False, "lapsed")]
    assert (await asking.shown(request_id))["state_label"] == "Classée sans suite"

"""Another bank account: pending until its day, told where somebody else cannot have led the notice, in force once."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from contracts_service.usecases.stop_bank_details import STOPPED

from tests.contracts.test_confidentiality import everything
from tests.support.contact_steps import BANK, HOME, IBAN, NOW, OTHER_IBAN, THIRD_IBAN, Member, Members
from tests.support.staff_steps import REASON

CANCEL = f"{BANK}/cancellation"
CHANGED = "bank-details.changed.v1"
LAST_MINUTE = datetime(2026, 11, 23, 22, 59, tzinfo=UTC)  # 23:59 in Paris on the last day on which it can be stopped
MIDNIGHT = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)


def endings(shown: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return the ends of the account in force and of the pending one."""
    both = shown["in_force"], shown["pending"]
    first, second = (None if one is None else one["iban"].removeprefix("•••• ") for one in both)
    return first, second


async def with_account(members: Members, **changes: Any) -> Member:
    """Return a member whose account is in force."""
    member = await members.join(**changes)
    await member.gives(IBAN)
    members.later(days=15)
    await members.apply()
    return member


async def test_the_first_account_ever_waits_and_is_told_like_any_other(members: Members):
    member = await members.join()
    none = await member.reads(BANK)
    given = await member.gives("fr14 2004 1010 0505 0001 3m02 606")
    [told] = await member.told(CHANGED)

    assert endings(none) == (None, None)
    assert given.status == 200
    assert given.body == {
        "in_force": None,
        "pending": {
            "iban": "•••• 2606",
            "account_holder": "Maëlys Canariensis",
            "bic": None,
            "requested_at": "2026-11-21T09:00:00Z",
            "in_force_on": "2026-11-24",
        },
        "warnings": [],
    }
    assert (told["in_force_on"], told["iban_ending"]) == ("2026-11-24", "2606")
    assert told["former_email"] == f"maelys.canari.{member.number}@example.org"
    assert told.get("former_address") is None


async def test_an_account_is_in_force_from_midnight_in_paris_on_and_once_whoever_dies(members: Members):
    member = await with_account(members)
    members.clock.instant = NOW
    await member.gives(OTHER_IBAN)
    members.clock.instant = LAST_MINUTE
    before = await members.apply(), endings(await member.reads(BANK))
    members.clock.instant = MIDNIGHT
    together = await asyncio.gather(members.apply(), members.apply())
    rows = await members.contracts.fetch(
        "SELECT state, version FROM bank_details WHERE person_id = $1 ORDER BY requested_at", member.id
    )

    assert before == (0, ("2606", "3000"))
    assert sum(together) == 1
    assert await members.apply() == 0
    assert endings(await member.reads(BANK)) == ("3000", None)
    assert sorted((row["state"], row["version"]) for row in rows) == [("in_force", 2), ("replaced", 3)]


async def test_a_loop_that_dies_before_its_commit_leaves_the_change_to_the_next(
    members: Members, monkeypatch: pytest.MonkeyPatch
):
    member = await members.join()
    await member.gives(IBAN)
    members.clock.instant = MIDNIGHT
    service = members.contracts.service
    async with service.database.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("UPDATE bank_details SET state = 'in_force' WHERE person_id = $1", member.id)
        passed_over = await members.apply()  # the row is held by somebody who is about to die
        await transaction.rollback()

    assert passed_over == 0
    assert await members.apply() == 1
    assert await members.apply() == 0


async def test_a_change_that_is_stopped_against_the_loop_is_either_stopped_or_in_force(members: Members):
    member = await members.join()
    await member.gives(IBAN)
    members.clock.instant = MIDNIGHT
    stopped, applied = await asyncio.gather(member.call("POST", CANCEL), members.apply())
    shown = endings(await member.reads(BANK))

    assert (stopped.status, applied, shown) in [(200, 0, (None, None)), (409, 1, ("2606", None))]


async def test_a_change_can_be_stopped_without_a_recent_sign_in_and_once(members: Members):
    member = await with_account(members)
    await member.gives(OTHER_IBAN)
    stopped = await member.call("POST", CANCEL, signed_in_minutes_ago=600)
    again = await member.call("POST", CANCEL)
    members.later(days=20)

    assert (stopped.status, endings(stopped.body)) == (200, ("2606", None))
    assert (again.status, again.body["code"]) == (409, "no-pending-change")
    assert await members.apply() == 0


async def test_a_change_asks_for_a_recent_sign_in(members: Members):
    member = await members.join()
    refused = await member.gives(IBAN, signed_in_minutes_ago=11)

    assert (refused.status, refused.body["code"]) == (403, "recent-sign-in-required")


async def test_the_same_account_again_is_no_second_change_and_another_one_begins_anew(members: Members):
    member = await members.join()
    await member.gives(IBAN)
    members.later(hours=1)
    same = await member.gives(IBAN.lower(), holder="M. et Mme Canariensis")
    members.later(days=1)
    other = await member.gives(OTHER_IBAN)

    assert same.body["pending"]["requested_at"] == "2026-11-21T09:00:00Z"
    assert same.body["pending"]["account_holder"] == "M. et Mme Canariensis"
    assert (endings(other.body), other.body["pending"]["in_force_on"]) == ((None, "3000"), "2026-11-25")
    assert [one["iban_ending"] for one in await member.told(CHANGED)] == ["2606", "3000"]


async def test_giving_the_account_in_force_again_stops_another_one_that_is_pending(members: Members):
    member = await with_account(members)
    await member.gives(OTHER_IBAN)
    back = await member.gives(IBAN)

    assert endings(back.body) == ("2606", None)
    assert len(await member.told(CHANGED)) == 2


async def test_only_so_many_accounts_are_taken_in_a_day(members: Members):
    member = await members.join()
    statuses = [(await member.gives(iban)).status for iban in (IBAN, OTHER_IBAN, THIRD_IBAN)]
    refused = await member.gives("NL91 ABNA 0417 1643 00")
    members.later(hours=24)
    taken = await member.gives("NL91 ABNA 0417 1643 00")

    assert statuses == [200, 200, 200]
    assert (refused.status, refused.body["code"]) == (429, "too-many-requests")
    assert taken.status == 200


async def test_what_is_no_account_is_refused_and_a_wrong_french_key_is_a_warning(members: Members):
    member = await members.join()
    refused = await member.gives("FR14 2004 1010 0505 0001 3M02 607")
    warned = await member.gives("FR84 2004 1010 0505 0001 3M02 607")

    assert (refused.status, refused.body["fields"][0]["code"]) == (422, "invalid-iban-key")
    assert (warned.status, warned.body["warnings"][0]["code"]) == (200, "rib-key-differs")


async def test_a_thief_who_changes_the_email_address_first_is_not_told_of_the_account(members: Members):
    member = await with_account(members)
    members.later(days=30)
    await member.chooses_email("thief@example.org")
    await member.patches({"address": HOME})
    stolen = await member.gives(OTHER_IBAN)
    told = (await member.told(CHANGED))[-1]

    assert told.get("former_email") is None
    assert told["former_address"]["city"] == "Canari"
    assert stolen.body["pending"]["in_force_on"] == "2027-01-15"  # ten days: a letter needs some of them
    assert "thief" not in str(told)


async def test_nothing_arrives_by_mail_at_a_dead_address_so_the_account_is_told_by_post(members: Members):
    member = await members.join()
    await member.mail_fails(failed_at=NOW)
    await member.gives(IBAN)
    [told] = await member.told(CHANGED)

    assert told.get("former_email") is None
    assert told["in_force_on"] == "2026-12-01"


async def test_a_beneficiarys_account_is_invisible_to_the_member_and_the_reverse(members: Members):
    member = await members.join()
    spouse = await member.spouse()
    await member.gives(IBAN)
    await spouse.gives(OTHER_IBAN, holder="Yves Le Goff")
    [told] = await spouse.told(CHANGED)
    stopped = await member.call("POST", CANCEL)

    assert endings(stopped.body) == (None, None)
    assert endings(await spouse.reads(BANK)) == (None, "3000")
    assert endings(await member.reads(BANK)) == (None, None)
    assert (told["member_id"], told.get("former_email")) == (str(spouse.id), None)


async def test_an_adviser_stops_a_change_and_is_remembered(members: Members):
    member = await members.join()
    await member.gives(IBAN)
    contracts = members.contracts
    answers = []
    for brand, role, person in [
        ("safiag", "adviser", member.id),
        ("mgas", "back-office", member.id),
        ("mgas", "adviser", member.id),
        ("mgas", "adviser", member.id),
    ]:
        url = f"{contracts.url}/v1/{brand}/staff/members/{person}/bank-details/cancellation"
        async with contracts.client.post(
            url, json={"reason": REASON}, headers=contracts.staff(brand, role)
        ) as response:
            answers.append(response.status)
    deeds = await contracts.fetch("SELECT kind FROM staff_deeds WHERE member_id = $1", member.id)

    assert answers == [404, 403, 204, 409]
    assert [row["kind"] for row in deeds] == [STOPPED]
    assert endings(await member.reads(BANK)) == (None, None)


async def test_an_ex_member_reads_and_gives_no_account(members: Members):
    member = await members.join()
    given = await member.gives(IBAN, scope="member.read")
    stopped = await member.call("POST", CANCEL, scope="member.read")

    assert endings(await member.reads(BANK, scope="member.read")) == (None, None)
    assert (given.status, stopped.status) == (403, 403)


async def test_an_account_is_nowhere_in_clear(members: Members, caplog: pytest.LogCaptureFixture, capfd: Any):
    member = await members.join()
    await member.gives(IBAN, holder="Canariensis Titularis")
    await member.gives(OTHER_IBAN, holder="Canariensis Titularis")
    members.later(days=20)
    await members.apply()
    kept = await everything(members.contracts)
    said = caplog.text + "".join(capfd.readouterr())

    assert [
        canary for canary in (IBAN, OTHER_IBAN, IBAN[4:], OTHER_IBAN[4:], "Titularis") if canary in kept + said
    ] == []

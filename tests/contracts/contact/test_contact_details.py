"""How people are reached: shown, changed by whoever has seen it, kept against the file, told where they were reached before."""

import asyncio
from typing import Any

import pytest
from contracts_service.usecases.tell_autonomous_beneficiaries import tell_autonomous_beneficiaries

from tests.support.contact_steps import CONTACT, HOME, NOW, Members


async def test_a_member_sees_how_they_are_reached_and_how_letters_are_addressed(members: Members):
    member = await members.join()
    seen = await member.call("GET", CONTACT)

    assert seen.status == 200
    assert seen.tag.startswith('"')
    assert seen.body["phone"] == "+33612345678"
    assert seen.body["email"]["address"] == f"maelys.canari.{member.number}@example.org"
    assert seen.body["email"]["changed_with"] == "PUT /v1/account/email"
    assert seen.body["address"]["printed"] == [
        "Mme Maëlys-Canarine Canariensis-d’Arc",
        "Appartement 12",
        "Résidence du Canari",
        "2 BIS RUE DES ECOLES CANARI",
        "20217 CANARI",
    ]
    assert seen.body["delivery"] == {
        "preference": "electronic",
        "effective": "electronic",
        "reason": None,
        "advice": None,
    }


async def test_what_a_member_changes_is_kept_normalised_and_told_as_the_members_next_version(members: Members):
    member = await members.join()
    changed = await member.patches({"phone": "07 00 00 00 01", "delivery_preference": "paper"})
    [*_, state] = await member.told("member.changed.v1")
    [told] = await member.told("contact-details.changed.v1")

    assert (changed.status, changed.body["phone"]) == (200, "+33700000001")
    assert changed.body["delivery"]["effective"] == "paper"
    assert (state["version"], state["delivery_preference"]) == (2, "paper")
    assert told["changed"] == ["phone", "delivery_preference"]
    assert (told["by_post"], told.get("former_address")) == (False, None)
    assert "+337" not in str(told)


async def test_null_takes_a_telephone_number_away_and_what_is_as_it_was_is_no_change(members: Members):
    member = await members.join()
    without = await member.patches({"phone": None})
    again = await member.patches({"phone": None, "delivery_preference": "electronic"})

    assert without.body["phone"] is None
    assert (again.status, again.tag) == (200, without.tag)
    assert len(await member.told("contact-details.changed.v1")) == 1


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (428, "precondition-required")),
        ({"If-Match": '"0123"'}, (412, "changed-meanwhile")),
        ({"If-Match": "W/{tag}"}, (412, "changed-meanwhile")),
        ({"If-Match": "{tag}, "}, (200, None)),
        ({"If-Match": '"other", {tag}'}, (200, None)),
        ({"If-Match": "*"}, (200, None)),
    ],
)
async def test_a_change_says_strongly_which_state_it_is_a_change_of(
    members: Members, headers: dict[str, str], expected: tuple[int, str | None]
):
    member = await members.join()
    tag = (await member.call("GET", CONTACT)).tag
    sent = {name: value.replace("{tag}", tag) for name, value in headers.items()}
    answered = await member.call("PATCH", CONTACT, {"phone": "0700000002"}, headers=sent)

    assert (answered.status, answered.body.get("code")) == expected


async def test_of_two_changes_at_once_one_is_told_that_it_comes_too_late(members: Members):
    member = await members.join()
    tag = (await member.call("GET", CONTACT)).tag
    answers = await asyncio.gather(*(member.patches({"phone": f"070000000{one}"}, tag=tag) for one in (3, 4)))

    assert sorted(one.status for one in answers) == [200, 412]
    assert len(await member.told("contact-details.changed.v1")) == 1


async def test_a_file_that_repeats_itself_leaves_the_choice_alone_and_one_that_says_something_new_wins(
    members: Members,
):
    member = await members.join()
    await member.patches({"phone": "0700000005", "address": HOME})
    await member.file_says(last_name="Canariensis")
    kept = await member.reads()
    await member.file_says(last_name="Canariensis", phone="0700000006")
    won = await member.reads()

    assert (kept["phone"], kept["address"]["city"]) == ("+33700000005", "Le Mêle-sur-Sarthe")
    assert (won["phone"], won["address"]["city"]) == ("+33700000006", "Le Mêle-sur-Sarthe")


async def test_a_postal_address_asks_for_a_recent_sign_in_and_a_telephone_number_does_not(members: Members):
    member = await members.join()
    old = await member.patches({"address": HOME}, signed_in_minutes_ago=11)
    phone = await member.patches({"phone": None}, signed_in_minutes_ago=11)

    assert (old.status, old.body["code"]) == (403, "recent-sign-in-required")
    assert phone.status == 200


async def test_another_postal_address_is_told_with_the_one_before_it(members: Members):
    member = await members.join()
    await member.patches({"address": {**HOME, "complement": None, "building": None}})
    members.later(days=5)
    await member.patches({"address": {"street": "1 rue du Lac"}})
    first, second = await member.told("contact-details.changed.v1")
    shown = (await member.reads())["address"]

    assert (shown["street"], shown["complement"], shown["city"]) == ("1 rue du Lac", None, "Le Mêle-sur-Sarthe")
    assert [one["changed"] for one in (first, second)] == [["address"], ["address"]]
    # The second goes to where the member was for long, and not to the address of five days.
    assert [one["former_address"]["city"] for one in (first, second)] == ["Canari", "Canari"]


async def test_a_change_after_another_email_address_is_told_by_post(members: Members):
    member = await members.join()
    await member.chooses_email("thief@example.org")
    await member.patches({"phone": None})
    members.later(days=30)
    await member.patches({"phone": "0700000007"})

    assert [one["by_post"] for one in await member.told("contact-details.changed.v1")] == [True, False]


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"phone": "12"}, ("invalid-request", [("phone", "invalid-phone")])),
        ({"email": "new@example.org"}, ("unknown-field", [("email", "unknown-field")])),
        ({"delivery_preference": None}, ("invalid-request", [("delivery_preference", "unknown-value")])),
        ({"address": None}, ("invalid-request", [("address", "object-required")])),
        ({"address": {"floor": "3"}}, ("unknown-field", [("address.floor", "unknown-field")])),
        (
            {"phone": "12", "address": {"street": "A" * 39}},
            ("invalid-request", [("phone", "invalid-phone"), ("address.street", "line-too-long")]),
        ),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_fields(
    members: Members, patch: dict[str, Any], expected: tuple[str, list[tuple[str, str]]]
):
    member = await members.join()
    refused = await member.patches(patch)

    assert refused.status == 422
    assert (refused.body["code"], [(one["field"], one["code"]) for one in refused.body["fields"]]) == expected


async def test_a_beneficiary_has_a_telephone_and_a_preference_of_their_own_and_sees_nothing_of_the_members(
    members: Members,
):
    member = await members.join()
    spouse = await member.spouse()
    shown = await spouse.reads()
    changed = await spouse.patches({"phone": "0700000008", "delivery_preference": "paper"})
    refused = await spouse.patches({"address": HOME})
    while await tell_autonomous_beneficiaries(members.contracts.service):
        pass
    [state] = [
        one.data
        for one in await members.contracts.envelopes()
        if one.type == "beneficiary.autonomous.v1" and one.data["beneficiary_id"] == str(spouse.id)
    ]
    [told] = await spouse.told("contact-details.changed.v1")

    assert (shown["phone"], shown["address"], shown["email"]["address"]) == (None, None, None)
    assert (changed.status, changed.body["phone"]) == (200, "+33700000008")
    assert (refused.status, refused.body["fields"][0]["code"]) == (422, "members-only")
    assert (told["changed"], told["by_post"]) == (["phone", "delivery_preference"], True)
    assert state["delivery_preference"] == "paper"
    assert (await member.reads())["phone"] == "+33612345678"
    assert (await member.reads())["delivery"]["preference"] == "electronic"


async def test_an_ex_member_reads_and_changes_nothing(members: Members):
    member = await members.join()
    seen = await member.call("GET", CONTACT, scope="member.read")
    patched = await member.patches({"phone": None}, tag=seen.tag, scope="member.read")

    assert (seen.status, patched.status, patched.body["code"]) == (200, 403, "forbidden")
    assert members.clock.instant == NOW

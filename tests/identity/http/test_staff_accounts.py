"""An adviser finds an account, has a letter sent, lifts a lock, reads the history: never a secret, and each act a deed."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.support.audit_steps import tamper
from tests.support.deed_steps import deeds
from tests.support.identity_fixtures import OpenedIdentity
from tests.support.identity_steps import (
    PASSPHRASE,
    SIX_DIGITS,
    ask,
    connect,
    mailed_token,
    redeem,
    sign_in,
    with_password,
)
from tests.support.staff_steps import REASON, Adviser


@pytest.fixture
def adviser(opened: OpenedIdentity, client: aiohttp.ClientSession) -> Adviser:
    """An adviser of mgas."""
    return Adviser(opened, client)


async def fail(opened: OpenedIdentity, client: aiohttp.ClientSession, member: dict[str, Any], times: int) -> None:
    for _ in range(times):
        await sign_in(client, "mgas", member["email"], "une phrase de passe fausse")
        opened.clock.advance(hours=3)


async def letter(opened: OpenedIdentity) -> dict[str, Any]:
    [event] = [one for one in await opened.new_events() if one.type == "letter.required.v1"]
    return event.data


async def test_an_account_is_shown_as_it_stands_without_a_secret_or_a_whole_address(opened, client, adviser):
    member = await with_password(opened, client)
    assert (await sign_in(client, "mgas", member["email"])).status == 201
    answer = await adviser.search(" - ".join(member["membership_number"]), reason="Appel de l’adhérente")  # as printed
    now = opened.clock.now().isoformat().replace("+00:00", "Z")

    assert answer.status == 200
    assert answer.body == {
        "items": [
            {
                "id": str((await opened.account(member))["id"]),
                "member_id": member["member_id"],
                "holder": "member",
                "state": "active",
                "activated": True,
                "locked": False,
                "locked_until": None,
                "other_channel_needed": False,
                "failures_in_a_row": 0,
                "tries_today": 1,
                "password_changed_at": now,
                "last_sign_in_at": now,
                "sessions": 1,
                "email": "f•••@c•••.example",
                "terms": None,
                "letter": {"pending": False, "sent_at": None, "expires_at": None},
                "link_pending": False,
                "effective_from": "2020-01-01",
                "ended_on": None,
            }
        ],
        "next": None,
    }
    assert member["email"] not in json.dumps(answer.body)


@pytest.mark.parametrize(
    ("dates", "state"),
    [
        ({}, "not_activated"),
        ({"effective_date": "2026-03-11"}, "not_yet_in_force"),
        ({"end_date": "2021-03-09"}, "ended"),
    ],
)
async def test_what_stands_in_the_way_has_a_word(opened, adviser, dates: dict[str, str], state: str):
    assert (await adviser.found(await opened.enrol(**dates)))["state"] == state


async def test_who_left_lately_may_read_only(opened, client, adviser):
    member = await with_password(opened, client)
    await opened.hear({**member, "version": 2, "end_date": "2026-03-01"}, event="member.changed.v1")

    assert (await adviser.found(member))["state"] == "read_only"


async def test_a_pause_and_a_lock_are_told_apart_and_an_adviser_lifts_them(opened, client, adviser):
    member = await with_password(opened, client)
    await fail(opened, client, member, 9)
    opened.clock.advance(hours=-3)
    pause = await adviser.found(member)
    opened.clock.advance(hours=3)
    await fail(opened, client, member, 1)
    lock = await adviser.found(member)
    refused = await sign_in(client, "mgas", member["email"])
    unlocked = await adviser.unlock(lock["id"])
    [deed] = await deeds(opened, "account_unlocked")

    assert (pause["state"], pause["other_channel_needed"], pause["failures_in_a_row"]) == ("locked", False, 9)
    assert pause["locked_until"] > opened.clock.now().isoformat()[:10]
    assert (lock["state"], lock["locked"], lock["other_channel_needed"], lock["locked_until"]) == (
        "locked", True, True, None,
    )  # fmt: skip
    assert refused.status == 401
    assert (unlocked.status, unlocked.body) == (202, None)
    assert (await sign_in(client, "mgas", member["email"])).status == 201
    assert (deed["actor"], deed["staff"], deed["reason"]) == ("staff", "adviser@mgas", REASON)
    assert str(deed["account_id"]) == lock["id"]


async def test_an_unlock_changes_nothing_else(opened, client, adviser):
    member = await with_password(opened, client)
    token = await mailed_token(opened, client, "mgas", member["email"])
    before = await opened.account(member)
    await adviser.unlock(before["id"])

    assert dict(await opened.account(member)) == dict(before)
    assert (await redeem(client, "mgas", token, "une autre phrase de passe")).status == 204


async def test_a_letter_brings_a_code_that_the_adviser_never_sees_and_voids_the_links_in_the_mailbox(
    opened, client, adviser
):
    member = await with_password(opened, client)
    token = await mailed_token(opened, client, "mgas", member["email"])
    account_id = (await opened.account(member))["id"]
    answer = await adviser.send_letter(account_id)
    sent, found = await letter(opened), await adviser.found(member)
    [deed] = await deeds(opened, "letter_required")

    assert (answer.status, answer.body["promise"]) == (202, {"letter_hours": 48})
    assert answer.body["letter_id"] == sent["letter_id"]
    assert sent["code"] not in json.dumps([answer.body, answer.headers, found])
    assert (found["letter"]["pending"], found["link_pending"]) == (True, False)
    assert (await redeem(client, "mgas", token, "une autre phrase de passe")).code == "reset-token-invalid"
    assert (await connect(client, "mgas", member["email"], sent["code"], PASSPHRASE)).status == 204
    assert (deed["staff"], deed["reason"], deed["details"]["origin"]) == ("adviser@mgas", REASON, "adviser")


async def test_a_link_that_is_mailed_later_does_not_void_the_letter(opened, client, adviser):
    member = await opened.enrol()
    await adviser.send_letter((await opened.account(member))["id"])
    code = (await letter(opened))["code"]
    await ask(client, "mgas", member["email"])
    await opened.decide()

    assert (await connect(client, "mgas", member["email"], code, PASSPHRASE)).status == 204


async def test_a_member_who_was_never_there_comes_in_with_an_advisers_letter(opened, client):
    member = await opened.enrol(brand="safiag", email=None)
    adviser = Adviser(opened, client, brand="safiag")
    await adviser.send_letter((await opened.account(member))["id"])
    code = (await letter(opened))["code"]

    assert (await connect(client, "safiag", member["nir"], code)).status == 204
    assert (await sign_in(client, "safiag", member["nir"], SIX_DIGITS)).status == 201


async def test_an_adviser_need_not_wait_a_day_but_gets_no_more_letters_than_the_brand_allows(opened, adviser):
    member = await opened.enrol()
    account_id, begun = (await opened.account(member))["id"], opened.clock.now()
    sent = []
    for _ in range(4):
        sent.append((await adviser.send_letter(account_id)).status)
        opened.clock.advance(minutes=1)
    refused = await adviser.send_letter(account_id)
    [deed] = await deeds(opened, "staff_act_refused")
    opened.clock.advance(days=30, minutes=-4)

    assert sent == [202] * 4
    assert (refused.status, refused.code) == (409, "letter-quota-reached")
    assert refused.body["possible_at"] == (begun + timedelta(days=30)).isoformat()
    assert deed["details"] == {"wanted": "letter_required", "cause": "quota"}
    assert len(await deeds(opened, "letter_required")) == 4
    assert (await adviser.send_letter(account_id)).status == 202


@pytest.mark.parametrize("dates", [{"effective_date": "2026-03-11"}, {"end_date": "2021-03-09"}])
async def test_no_letter_leaves_for_who_could_not_use_it(opened, client, adviser, dates: dict[str, str]):
    member = await opened.enrol(**dates)
    refused = await adviser.send_letter((await opened.account(member))["id"])

    assert (refused.status, refused.code) == (409, "account-not-in-force")
    assert await opened.new_events() == []
    assert [one["details"]["cause"] for one in await deeds(opened)] == ["not-in-force"]


async def test_a_letter_that_is_asked_for_twice_with_one_key_leaves_once(opened, adviser):
    account_id = (await opened.account(await opened.enrol()))["id"]
    answers = [await adviser.send_letter(account_id, **{"Idempotency-Key": "lettre-1"}) for _ in range(2)]

    assert answers[0].body == answers[1].body
    assert len(await opened.new_events()) == 1


@pytest.mark.parametrize(
    ("reason", "code"), [(None, "required"), ("", "too-short"), (" ab ", "too-short"), ("a" * 501, "too-long")]
)
async def test_letters_and_unlocks_need_a_reason(opened, adviser, reason: str | None, code: str):
    account_id = (await opened.account(await opened.enrol()))["id"]
    answers = [await adviser.send_letter(account_id, reason), await adviser.unlock(account_id, reason)]

    assert [(one.status, one.field_codes) for one in answers] == [(422, [("reason", code)])] * 2
    assert await deeds(opened) == []
    assert await opened.new_events() == []


async def test_what_belongs_to_another_brand_is_not_there_and_wanting_it_is_remembered(opened, client, adviser):
    member = await opened.enrol(brand="safiag")
    account_id = (await opened.account(member))["id"]
    elsewhere = [account_id, uuid4()]
    refused = [
        await one(which) for one in (adviser.send_letter, adviser.unlock, adviser.history) for which in elsewhere
    ]
    no_id = await adviser.history("1")
    searched = await adviser.search(member["membership_number"])
    kept = await deeds(opened)

    assert {(one.status, one.code) for one in [*refused, no_id]} == {(404, "not-found")}
    assert searched.body == {"items": [], "next": None}
    assert Counter((one["kind"], one["account_id"]) for one in kept) == {
        ("staff_act_refused", None): 6,
        ("account_searched", None): 1,
    }
    assert {(one["brand"], one["staff"]) for one in kept} == {("mgas", "adviser@mgas")}


async def test_only_an_adviser_of_the_brand_may(opened, client):
    account_id = (await opened.account(await opened.enrol()))["id"]
    for role in ("back-office", "print-operator", "operator"):
        other = Adviser(opened, client, role=role)
        answers = [
            await other.search("1"),
            *[await do(account_id) for do in (other.send_letter, other.unlock, other.history)],
        ]

        assert {(one.status, one.code) for one in answers} == {(403, "forbidden")}
    stranger = Adviser(opened, client, brand="safiag")
    stranger.place = "/v1/mgas/staff/accounts"

    assert (await stranger.history(account_id)).code == "forbidden"
    assert await deeds(opened) == []


async def test_the_history_says_who_and_why_page_by_page_and_reading_it_is_a_deed(opened, client, adviser):
    member = await opened.enrol()
    other = await opened.enrol()
    account_id = (await opened.account(member))["id"]
    await adviser.send_letter((await opened.account(other))["id"])
    for _ in range(2):
        await ask(client, "mgas", member["email"])
    await opened.decide()  # two deeds of one instant
    opened.clock.advance(minutes=1)
    await adviser.send_letter(account_id)
    opened.clock.advance(minutes=1)
    first = await adviser.history(account_id, "?limit=2")
    second = await adviser.history(account_id, f"?limit=2&cursor={first.body['next']}")
    items = [*first.body["items"], *second.body["items"]]
    elsewhere = await adviser.history((await opened.account(other))["id"], f"?cursor={first.body['next']}")

    assert [one["kind"] for one in items] == ["letter_required", "reset_mailed", "reset_mailed"]
    assert len({one["id"] for one in items}) == 3
    assert second.body["next"] is None
    assert (items[0]["actor"], items[0]["staff"], items[0]["reason"]) == ("staff", "adviser@mgas", REASON)
    assert (items[1]["actor"], items[1]["staff"], items[1]["reason"]) == ("anonymous", None, None)
    assert (elsewhere.status, elsewhere.field_codes) == (422, [("cursor", "invalid-cursor")])
    assert len(await deeds(opened, "history_read")) == 2


async def test_a_deed_whose_sealed_part_was_damaged_is_shown_without_it(opened, adviser):
    account_id = (await opened.account(await opened.enrol()))["id"]
    await adviser.unlock(account_id)
    await tamper(opened, "UPDATE deeds SET sealed = 'k1:nothing'")
    [item] = (await adviser.history(account_id)).body["items"]

    assert (item["kind"], item["staff"], item["reason"]) == ("account_unlocked", None, None)


async def test_neither_a_reason_nor_a_number_is_kept_in_clear(opened, adviser):
    member = await opened.enrol()
    await adviser.search(member["membership_number"], reason=REASON)
    await adviser.send_letter((await opened.account(member))["id"])
    async with opened.identity.database.connection() as connection:
        rows = [str(dict(row)) for row in await connection.fetch("SELECT * FROM deeds")]

    assert len(rows) == 2
    assert [one for one in rows if REASON in one or member["membership_number"] in one or "adviser@" in one] == []

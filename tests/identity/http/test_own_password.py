"""A signed-in member changes the password: the present one is asked for, under the counter of all other tries."""

import asyncio
from datetime import timedelta

import pytest

from tests.support.account_steps import call, deeds_of, signed_in, tokens_of
from tests.support.identity_fixtures import START
from tests.support.identity_steps import (
    PASSPHRASE,
    SIX_DIGITS,
    connect,
    mailed_token,
    posted_code,
    redeem,
    refresh,
    sign_in,
)

OTHER = "une autre phrase bien longue"
WRONG = "une phrase qui est fausse"


async def change(client, tokens, current: str = PASSPHRASE, password: str = OTHER, confirmation: str | None = None):
    """Change the password of whoever has `tokens`."""
    body = {
        "current_password": current,
        "password": password,
        "password_confirmation": password if confirmation is None else confirmation,
    }
    return await call(client, "PUT", "/v1/account/password", tokens["access_token"], body)


async def test_the_new_password_opens_and_the_old_one_does_not(opened, client):
    member, tokens = await signed_in(opened, client)
    changed = await change(client, tokens)

    assert (changed.status, changed.body) == (204, None)
    assert (await sign_in(client, "mgas", member["email"], OTHER)).status == 201
    assert (await sign_in(client, "mgas", member["email"], PASSPHRASE)).status == 401


async def test_this_session_goes_on_and_the_others_end(opened, client):
    member, here = await signed_in(opened, client)
    elsewhere = await tokens_of(client, member)
    await change(client, here)

    assert (await refresh(client, elsewhere["refresh_token"])).code == "session-ended"
    assert (await call(client, "GET", "/v1/account", here["access_token"])).status == 200
    assert (await refresh(client, here["refresh_token"])).status == 200


async def test_what_was_mailed_and_posted_before_is_void(opened, client):
    member, _ = await signed_in(opened, client, SIX_DIGITS, brand="safiag")
    await opened.hear({**member, "version": 2, "email": None}, event="member.changed.v1")
    code = await posted_code(opened, client, "safiag", member["nir"])
    await opened.hear({**member, "version": 3}, event="member.changed.v1")
    token = await mailed_token(opened, client, "safiag", member["nir"])
    tokens = await tokens_of(client, member, SIX_DIGITS)
    changed = await change(client, tokens, SIX_DIGITS, "907316")

    assert changed.status == 204
    assert (await redeem(client, "safiag", token, "640971")).code == "reset-token-invalid"
    assert (await connect(client, "safiag", member["nir"], code)).code == "first-connection-refused"


async def test_a_wrong_present_password_names_its_field(opened, client):
    member, tokens = await signed_in(opened, client)
    answer = await change(client, tokens, WRONG)

    assert (answer.status, answer.code) == (422, "wrong-password")
    assert answer.field_codes == [("current_password", "wrong-password")]
    assert (await sign_in(client, "mgas", member["email"])).status == 201


async def test_a_stolen_session_guesses_no_better_here_than_at_signing_in(opened, client):
    member, tokens = await signed_in(opened, client)
    wrong = [await change(client, tokens, f"{WRONG} {number}") for number in range(3)]
    paused = await change(client, tokens, PASSPHRASE)

    assert paused == wrong[0]  # the right one during the pause looks like a wrong one
    assert (await sign_in(client, "mgas", member["email"])).status == 401
    assert await opened.value("SELECT failures FROM tries") == 3

    opened.clock.advance(seconds=60)

    assert (await change(client, tokens, PASSPHRASE)).status == 204
    assert await opened.value("SELECT failures FROM tries") == 0


async def test_of_forty_parallel_guesses_no_more_than_allowed_are_looked_at(opened, client):
    _, tokens = await signed_in(opened, client)
    answers = await asyncio.gather(*(change(client, tokens, f"{WRONG} {number}") for number in range(40)))

    assert {answer.code for answer in answers} == {"wrong-password"}
    assert await opened.value("SELECT failures FROM tries") == 3


async def test_the_days_tries_stay_counted_when_the_password_changes(opened, client):
    _, tokens = await signed_in(opened, client)
    before = await opened.value("SELECT day_tries FROM tries")
    await change(client, tokens)

    assert await opened.value("SELECT day_tries FROM tries") == before + 1


@pytest.mark.parametrize(
    ("password", "confirmation", "fields"),
    [
        ("court", None, [("password", "too-short")]),
        (OTHER, "autre chose que cela", [("password_confirmation", "confirmation-differs")]),
        ("lefevre guegan 1958", None, [("password", "derived-from-your-data")]),
    ],
)
async def test_a_new_password_that_is_refused_costs_nothing(opened, client, password, confirmation, fields):
    member, tokens = await signed_in(opened, client)
    answers = [await change(client, tokens, PASSPHRASE, password, confirmation) for _ in range(4)]

    assert {(answer.status, answer.code) for answer in answers} == {(422, "password-refused")}
    assert answers[0].field_codes == fields
    assert await opened.value("SELECT failures FROM tries") == 0
    assert (await sign_in(client, "mgas", member["email"])).status == 201


async def test_whoever_does_not_know_the_password_learns_nothing_of_the_member_by_trying_new_ones(opened, client):
    _, tokens = await signed_in(opened, client)
    answers = [await change(client, tokens, WRONG, f"{name} tralalala 1958") for name in ("lefevre", "martin")]

    assert answers[0] == answers[1]


async def test_a_sign_in_of_ten_minutes_ago_is_not_recent(opened, client):
    _, tokens = await signed_in(opened, client)
    opened.clock.set(START + timedelta(minutes=10))
    answer = await change(client, tokens)
    fresh = (await refresh(client, tokens["refresh_token"])).body

    assert (answer.status, answer.code) == (403, "recent-sign-in-required")
    assert (await change(client, fresh)).code == "recent-sign-in-required"  # refreshing proves nobody


async def test_the_owner_is_told_of_a_change(opened, client):
    member, tokens = await signed_in(opened, client)
    account = await opened.account(member)
    await opened.new_events()
    await change(client, tokens)
    (event,) = await opened.new_events()
    change_id = event.data.pop("change_id")

    assert event.type == "password.changed.v1"
    assert event.sealed_fields == {"email"}
    assert change_id
    assert event.data == {
        "version": account["version"] + 1,
        "account_id": str(account["id"]),
        "member_id": member["member_id"],
        "brand": "mgas",
        "changed_at": "2026-03-10T09:00:00Z",
        "way": "account",
        "by_post": False,
        "passkeys": 0,
        "email": member["email"],
    }
    assert (await deeds_of(opened, member))[-1] == ("password_changed", "member", {"way": "account"})

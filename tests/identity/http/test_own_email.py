"""A member changes the address: proved by a code to the new one, told to the former one."""

import asyncio
from datetime import timedelta

import pytest

from tests.support.account_steps import (
    ask_for_email,
    call,
    change_email,
    confirm_email,
    deeds_of,
    mailed_code,
    signed_in,
    tokens_of,
)
from tests.support.identity_fixtures import START
from tests.support.identity_steps import SIX_DIGITS, mailed_token, redeem, refresh, sign_in

MINE = "Zoé.Martin@courriel.example"


def another(code: str) -> str:
    """Return a wrong code that looks like `code`."""
    return "".join("1" if digit == "0" else "0" for digit in code)


async def own_email(client, tokens) -> str | None:
    return (await call(client, "GET", "/v1/account", tokens["access_token"])).body["email"]


async def test_the_new_address_signs_in_once_its_code_has_come_back(opened, client):
    member, tokens = await signed_in(opened, client)
    asked = await ask_for_email(client, tokens, MINE, MINE.upper())

    assert (asked.status, asked.body) == (202, {"expires_at": "2026-03-10T09:15:00Z"})
    assert await own_email(client, tokens) == member["email"]

    (event,) = await opened.new_events("email-change.requested.v1")
    code = event.data["code"]

    assert event.sealed_fields == {"email", "code"}
    assert (event.data["email"], event.data["expires_at"]) == (MINE, "2026-03-10T09:15:00Z")
    assert (len(code), code.isdecimal()) == (10, True)
    assert (await confirm_email(client, tokens, f" {code[:5]} {code[5:]} ")).status == 204
    assert await own_email(client, tokens) == MINE
    assert (await sign_in(client, "mgas", MINE)).status == 201
    assert (await sign_in(client, "mgas", member["email"])).status == 401


async def test_the_former_address_is_told_and_may_undo_it_for_three_days(opened, client):
    member, tokens = await signed_in(opened, client)
    account = await opened.account(member)
    told = await change_email(opened, client, tokens, MINE)
    token, change_id = told.pop("undo_token"), told.pop("change_id")

    assert len(token) == 43
    assert change_id
    assert told == {
        "version": account["version"] + 2,
        "account_id": str(account["id"]),
        "member_id": member["member_id"],
        "brand": "mgas",
        "changed_at": "2026-03-10T09:00:00Z",
        "origin": "member",
        "undo_until": "2026-03-13T09:00:00Z",
        "email": MINE,
        "former_email": member["email"],
    }
    kinds = [(kind, actor) for kind, actor, _ in await deeds_of(opened, member)]

    assert kinds[-2:] == [("email_change_requested", "member"), ("email_changed", "member")]


async def test_a_first_address_has_no_former_one_that_could_undo_it(opened, client):
    _, tokens = await signed_in(opened, client, SIX_DIGITS, brand="safiag", email=None)
    told = await change_email(opened, client, tokens, MINE)

    assert (told["former_email"], told["undo_token"], told["undo_until"]) == (None, None, None)
    assert await own_email(client, tokens) == MINE


async def test_other_sessions_end_and_links_to_the_former_address_are_void(opened, client):
    member, here = await signed_in(opened, client)
    elsewhere = await tokens_of(client, member)
    token = await mailed_token(opened, client, "mgas", member["email"])
    await change_email(opened, client, here, MINE)

    assert (await refresh(client, elsewhere["refresh_token"])).code == "session-ended"
    assert (await refresh(client, here["refresh_token"])).status == 200
    assert (await redeem(client, "mgas", token)).code == "reset-token-invalid"


@pytest.mark.parametrize(
    ("email", "confirmation", "fields"),
    [
        ("pas-une-adresse", "", [("email", "invalid-email")]),
        ("a@b", "", [("email", "invalid-email")]),
        ("à vous@courriel.example", "", [("email", "invalid-email")]),
        (f"{'x' * 60}@{'y' * 60}.{'z' * 60}.{'t' * 60}.{'u' * 20}.example", "", [("email", "invalid-email")]),
        (MINE, "autre@courriel.example", [("email_confirmation", "confirmation-differs")]),
        ("Deja.La@courriel.example", "", [("email", "already-yours")]),
    ],
)
async def test_an_address_that_is_none_is_told_by_field_and_nothing_is_mailed(
    opened, client, email, confirmation, fields
):
    _, tokens = await signed_in(opened, client, email="deja.la@courriel.example")
    answer = await ask_for_email(client, tokens, email, confirmation)

    assert (answer.status, answer.code) == (422, "address-refused")
    assert answer.field_codes == fields
    assert await opened.new_events("email-change.requested.v1") == []


async def test_a_sign_in_of_ten_minutes_ago_is_not_recent(opened, client):
    _, tokens = await signed_in(opened, client)
    opened.clock.set(START + timedelta(minutes=10))

    assert (await ask_for_email(client, tokens, MINE)).code == "recent-sign-in-required"


async def test_asking_again_cancels_the_former_code(opened, client):
    _, tokens = await signed_in(opened, client)
    await ask_for_email(client, tokens, "une.autre@courriel.example")
    former = await mailed_code(opened)
    await ask_for_email(client, tokens, MINE)
    code = await mailed_code(opened)

    assert (await confirm_email(client, tokens, former)).code == "email-code-refused"
    assert (await confirm_email(client, tokens, code)).status == 204
    assert await own_email(client, tokens) == MINE


async def test_nobody_has_more_than_three_codes_mailed_in_an_hour(opened, client):
    member, tokens = await signed_in(opened, client)
    answers = [await ask_for_email(client, tokens, f"inconnu.{number}@courriel.example") for number in range(4)]
    refused = answers[-1]

    assert [answer.status for answer in answers] == [202, 202, 202, 429]
    assert refused.headers["Retry-After"] == "3600"
    assert len(await opened.new_events("email-change.requested.v1")) == 3

    opened.clock.advance(hours=1)

    assert (await ask_for_email(client, await tokens_of(client, member), MINE)).status == 202


async def test_a_code_lives_for_a_quarter_of_an_hour_and_serves_once(opened, client):
    member, tokens = await signed_in(opened, client)
    await ask_for_email(client, tokens, MINE)
    code = await mailed_code(opened)
    opened.clock.set(START + timedelta(minutes=15))
    fresh = (await refresh(client, tokens["refresh_token"])).body

    assert (await confirm_email(client, fresh, code)).code == "email-code-refused"

    fresh = await tokens_of(client, member)
    await ask_for_email(client, fresh, MINE)
    code = await mailed_code(opened)

    assert (await confirm_email(client, fresh, code)).status == 204
    assert (await confirm_email(client, fresh, code)).code == "email-code-refused"


async def test_five_wrong_codes_close_it_and_count_as_failures_of_the_account(opened, client):
    _, tokens = await signed_in(opened, client)
    await ask_for_email(client, tokens, MINE)
    code = await mailed_code(opened)
    for number in range(5):
        opened.clock.advance(minutes=2 * (number > 2))  # past the pauses that grow from the third failure on
        answer = await confirm_email(client, tokens, another(code))

        assert (answer.status, answer.code) == (422, "email-code-refused")
        assert answer.field_codes == [("code", "wrong-code")]
    assert await opened.value("SELECT tries FROM email_changes") == 5
    assert await opened.value("SELECT failures FROM tries") == 5

    opened.clock.advance(minutes=4)

    assert (await confirm_email(client, tokens, code)).code == "email-code-refused"
    assert await opened.value("SELECT failures FROM tries") == 6


async def test_no_more_than_five_codes_are_looked_at_whatever_the_account_allows(opened, client):
    _, tokens = await signed_in(opened, client)
    await ask_for_email(client, tokens, MINE)
    code = await mailed_code(opened)
    for _ in range(5):
        await confirm_email(client, tokens, another(code))
        async with opened.identity.database.transaction() as connection:
            await connection.execute("DELETE FROM tries")

    assert (await confirm_email(client, tokens, code)).code == "email-code-refused"


async def test_a_right_code_wipes_out_no_guess_at_the_password(opened, client):
    member, tokens = await signed_in(opened, client)
    for _ in range(2):
        await sign_in(client, "mgas", member["email"], "une phrase qui est fausse")
    await change_email(opened, client, tokens, MINE)

    assert await opened.value("SELECT failures FROM tries") == 2


async def test_of_several_confirmations_at_once_exactly_one_wins(opened, client):
    _, tokens = await signed_in(opened, client)
    await ask_for_email(client, tokens, MINE)
    code = await mailed_code(opened)
    answers = await asyncio.gather(*(confirm_email(client, tokens, code) for _ in range(4)))

    assert sorted(answer.status for answer in answers) == [204, 422, 422, 422]
    assert len(await opened.new_events("email.changed.v1")) == 1


async def test_a_code_opens_nothing_for_another_account_or_at_another_step(opened, client):
    _, mine = await signed_in(opened, client)
    _, theirs = await signed_in(opened, client)
    await ask_for_email(client, mine, MINE)
    code = await mailed_code(opened)
    await ask_for_email(client, theirs, "ailleurs@courriel.example")

    assert (await confirm_email(client, theirs, code)).code == "email-code-refused"
    assert (await redeem(client, "mgas", code)).code == "reset-token-invalid"
    assert (await confirm_email(client, mine, code)).status == 204


async def test_where_the_address_is_how_one_signs_in_that_of_somebody_else_is_refused_at_the_end_only(opened, client):
    other, _ = await signed_in(opened, client)
    _, tokens = await signed_in(opened, client)
    asked = await ask_for_email(client, tokens, other["email"].upper())
    code = await mailed_code(opened)
    refused = await confirm_email(client, tokens, code)

    assert asked.status == 202  # the same for whoever does not read that mail
    assert (refused.status, refused.code) == (409, "email-already-used")
    assert await opened.new_events("email.changed.v1") == []
    assert (await confirm_email(client, tokens, code)).code == "email-code-refused"
    assert (await sign_in(client, "mgas", other["email"])).status == 201


async def test_where_a_number_is_how_one_signs_in_a_couple_may_share_an_address(opened, client):
    await signed_in(opened, client, SIX_DIGITS, brand="safiag", email=MINE)
    _, tokens = await signed_in(opened, client, SIX_DIGITS, brand="safiag", email="deux@courriel.example")
    await change_email(opened, client, tokens, MINE)

    assert await own_email(client, tokens) == MINE


async def test_of_two_accounts_that_prove_one_address_at_once_one_gets_it(opened, client):
    pairs = [await signed_in(opened, client) for _ in range(2)]
    codes = []
    for _, tokens in pairs:
        await ask_for_email(client, tokens, MINE)
        codes.append(await mailed_code(opened))
    answers = await asyncio.gather(
        *(confirm_email(client, tokens, code) for (_, tokens), code in zip(pairs, codes, strict=True))
    )

    assert sorted(answer.status for answer in answers) == [204, 409]


async def test_a_session_that_a_reset_ends_meanwhile_confirms_nothing(opened, client):
    member, tokens = await signed_in(opened, client)
    await ask_for_email(client, tokens, MINE)
    code = await mailed_code(opened)
    token = await mailed_token(opened, client, "mgas", member["email"])
    confirmed, redeemed = await asyncio.gather(confirm_email(client, tokens, code), redeem(client, "mgas", token))

    assert sorted((confirmed.status, redeemed.status)) in ([204, 400], [204, 401])


async def test_addresses_are_blank_once_they_have_served(opened, client):
    _, tokens = await signed_in(opened, client)
    await ask_for_email(client, tokens, "une.autre@courriel.example")
    await ask_for_email(client, tokens, "encore.une@courriel.example")
    await change_email(opened, client, tokens, MINE)

    assert await opened.value("SELECT count(*) FROM email_changes WHERE email_sealed IS NOT NULL") == 0
    assert await opened.value("SELECT count(*) FROM email_changes WHERE former_sealed IS NOT NULL") == 1

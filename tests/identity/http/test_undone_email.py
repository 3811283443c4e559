"""« Ce n’est pas moi »: the former address takes a change back, and whoever made it is out."""

import asyncio
from datetime import timedelta

import pytest
from identity_service.domain.deeds import StaffAct
from identity_service.usecases.send_letter import send_letter
from identity_service.usecases.unlock_account import unlock_account
from identity_service.worker import forget_expired

from tests.support.account_steps import ask_for_email, change_email, deeds_of, signed_in, tokens_of, undo_email
from tests.support.identity_fixtures import START
from tests.support.identity_steps import PASSPHRASE, SIX_DIGITS, ask, connect, mailed_token, redeem, refresh, sign_in

THIEF, ACCOMPLICE = "voleur@courriel.example", "complice@courriel.example"
COUNTER = "guichet@courriel.example"  # told to the mutual, which tells it to contracts
NEW = "une autre phrase bien longue"


@pytest.fixture
async def stolen(opened, client):
    """An account of mgas whose password a thief knows and whose address the thief has changed: member, tokens, undo token."""
    member, tokens = await signed_in(opened, client)
    told = await change_email(opened, client, tokens, THIEF)
    return member, tokens, told["undo_token"]


async def test_the_owner_is_back_and_the_thief_is_out(opened, client, stolen):
    member, tokens, token = stolen
    mailed = await mailed_token(opened, client, "mgas", THIEF)
    undone = await undo_email(client, "mgas", token)

    assert (undone.status, undone.body) == (204, None)
    assert (await refresh(client, tokens["refresh_token"])).code == "session-ended"
    assert (await redeem(client, "mgas", mailed)).code == "reset-token-invalid"
    assert (await sign_in(client, "mgas", THIEF, PASSPHRASE)).status == 401
    assert (await sign_in(client, "mgas", member["email"], PASSPHRASE)).status == 401  # the thief knows this one

    await opened.decide()
    (reset,) = await opened.new_events("reset.requested.v1")

    assert reset.data["email"] == member["email"]
    assert (await redeem(client, "mgas", reset.data["token"], NEW)).status == 204
    assert (await sign_in(client, "mgas", member["email"], NEW)).status == 201


async def test_it_is_told_to_contracts_and_in_the_history(opened, client, stolen):
    member, _, token = stolen
    before = await opened.account(member)
    await undo_email(client, "mgas", token)
    (event,) = await opened.new_events("email.changed.v1")
    deeds = await deeds_of(opened, member)

    assert (event.data["origin"], event.data["version"]) == ("undone", before["version"] + 1)
    assert (event.data["email"], event.data["former_email"]) == (member["email"], THIEF)
    assert (event.data["undo_token"], event.data["undo_until"]) == (None, None)
    assert deeds[-1] == ("email_change_undone", "member", {"change_id": event.data["change_id"]})


async def test_a_thief_who_has_had_all_the_mails_of_the_day_sent_does_not_keep_the_owner_from_one(
    opened, client, stolen
):
    member, _, token = stolen
    for _ in range(12):
        await ask(client, "mgas", THIEF)
        await opened.decide()
        opened.clock.advance(minutes=13)
    await opened.new_events()
    await undo_email(client, "mgas", token)
    await opened.decide()
    (reset,) = await opened.new_events("reset.requested.v1")

    assert reset.data["email"] == member["email"]


async def test_the_first_link_undoes_a_chain_of_changes_and_the_thiefs_address_gets_none(opened, client, stolen):
    member, tokens, token = stolen
    second = await change_email(opened, client, tokens, ACCOMPLICE)

    assert (second["former_email"], second["undo_token"], second["undo_until"]) == (THIEF, None, None)
    assert (await undo_email(client, "mgas", token)).status == 204

    await opened.decide()
    (reset,) = await opened.new_events("reset.requested.v1")

    assert reset.data["email"] == member["email"]


async def test_a_code_on_its_way_and_the_statement_identifier_open_nothing_after_it(opened, client):
    member, tokens = await signed_in(opened, client, SIX_DIGITS, brand="safiag")
    token = (await change_email(opened, client, tokens, THIEF))["undo_token"]
    await ask_for_email(client, tokens, ACCOMPLICE)
    await undo_email(client, "safiag", token)
    answer = await connect(client, "safiag", member["nir"], member["statement_identifier"], "907316")

    assert answer.code == "first-connection-refused"
    assert await opened.value("SELECT count(*) FROM email_changes WHERE used_at IS NULL AND cancelled_at IS NULL") == 0
    assert (await sign_in(client, "safiag", member["nir"], SIX_DIGITS)).status == 401


async def test_the_account_stays_closed_until_the_owner_has_chosen_a_password(opened, client, stolen):
    member, _, token = stolen
    await undo_email(client, "mgas", token)
    await opened.decide()
    await opened.new_events()
    opened.clock.advance(days=300)

    assert (await sign_in(client, "mgas", member["email"], PASSPHRASE)).status == 401

    mailed = await mailed_token(opened, client, "mgas", member["email"])
    await redeem(client, "mgas", mailed, NEW)

    assert await tokens_of(client, member, NEW)


async def test_an_adviser_who_lifts_the_lock_does_not_give_the_thiefs_password_back(opened, client, stolen):
    member, _, token = stolen
    await undo_email(client, "mgas", token)
    account, act = await opened.account(member), StaffAct("mgas", "conseiller-1", "appel de l’adhérent")
    await unlock_account(opened.identity, account["id"], act, now=opened.clock.now())

    assert (await sign_in(client, "mgas", member["email"], PASSPHRASE)).status == 401


async def test_an_owner_who_is_back_by_letter_leaves_the_thiefs_address_no_link(opened, client):
    member, tokens = await signed_in(opened, client)
    await change_email(opened, client, tokens, THIEF)
    opened.clock.advance(days=30)
    account, act = await opened.account(member), StaffAct("mgas", "conseiller-1", "appel de l’adhérent")
    await send_letter(opened.identity, account["id"], act, now=opened.clock.now())
    (letter,) = await opened.new_events("letter.required.v1")
    await connect(client, "mgas", THIEF, letter.data["code"], NEW)
    back = await change_email(opened, client, await tokens_of(client, member | {"email": THIEF}, NEW), member["email"])

    assert (back["former_email"], back["undo_token"]) == (THIEF, None)


async def test_a_link_does_not_replace_an_address_that_contracts_has_told_since(opened, client, stolen):
    member, tokens, token = stolen
    await opened.hear(member | {"version": 2, "email": COUNTER}, event="member.changed.v1")

    assert (await undo_email(client, "mgas", token)).status == 204
    assert (await refresh(client, tokens["refresh_token"])).code == "session-ended"

    await opened.decide()
    events = await opened.new_events("reset.requested.v1", "email.changed.v1")

    assert {event.data["email"] for event in events} == {COUNTER}
    assert {event.data.get("former_email") for event in events} == {None}


async def test_what_contracts_echoes_of_the_thiefs_changes_takes_no_link_away(opened, client, stolen):
    member, tokens, token = stolen
    await change_email(opened, client, tokens, ACCOMPLICE)
    await opened.hear(member | {"version": 2, "email": THIEF}, event="member.changed.v1")
    await opened.hear(member | {"version": 3, "email": ACCOMPLICE}, event="member.changed.v1")
    await undo_email(client, "mgas", token)
    await opened.decide()
    (reset,) = await opened.new_events("reset.requested.v1")

    assert reset.data["email"] == member["email"]


@pytest.mark.parametrize("brand", ["safiag", "demo"])
async def test_a_token_of_another_brand_is_as_good_as_none(opened, client, stolen, brand):
    _, tokens, token = stolen

    assert (await undo_email(client, brand, token)).code == "undo-token-invalid"
    assert (await refresh(client, tokens["refresh_token"])).status == 200
    assert (await undo_email(client, "mgas", token)).status == 204


async def test_used_unknown_and_expired_tokens_get_one_answer(opened, client, stolen):
    _, tokens, token = stolen
    await undo_email(client, "mgas", token)
    await opened.decide()
    await opened.new_events()
    _, tokens = await signed_in(opened, client)
    late = (await change_email(opened, client, tokens, THIEF))["undo_token"]
    opened.clock.set(START + timedelta(hours=72))
    answers = [await undo_email(client, "mgas", one) for one in (token, "A" * 43, "x", late)]

    assert (answers[0].status, answers[0].code) == (400, "undo-token-invalid")
    assert all(answer == answers[0] for answer in answers)


async def test_a_token_that_undoes_chooses_no_password_and_the_reverse(opened, client, stolen):
    _, _, token = stolen
    reset = await mailed_token(opened, client, "mgas", THIEF)

    assert (await redeem(client, "mgas", token)).code == "reset-token-invalid"
    assert (await undo_email(client, "mgas", reset)).code == "undo-token-invalid"


async def test_of_several_at_once_exactly_one_undoes(opened, client, stolen):
    _, _, token = stolen
    answers = await asyncio.gather(*(undo_email(client, "mgas", token) for _ in range(4)))

    assert sorted(answer.status for answer in answers) == [204, 400, 400, 400]
    assert len(await opened.new_events("email.changed.v1")) == 1


async def test_the_former_address_is_forgotten_once_nobody_may_undo_any_more(opened, client, stolen):
    opened.clock.set(START + timedelta(hours=73))
    await forget_expired(opened.identity)

    assert await opened.value("SELECT count(*) FROM email_changes WHERE former_sealed IS NOT NULL") == 0

    opened.clock.advance(days=31)
    await forget_expired(opened.identity)

    assert await opened.value("SELECT count(*) FROM email_changes") == 0

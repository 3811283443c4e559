"""Signing in, and trying to: one answer for every cause, and an end to guessing."""

import pytest

from tests.support.identity_steps import PASSPHRASE, SIX_DIGITS, mailed_token, redeem, sign_in, with_password

WRONG = "une phrase qui est fausse"


@pytest.fixture
async def member(opened, client):
    """A member of mgas with PASSPHRASE."""
    return await with_password(opened, client)


async def fail(client, member, times: int):
    for _ in range(times):
        await sign_in(client, "mgas", member["email"], WRONG)


async def test_every_cause_gets_one_answer(opened, client, member):
    not_activated = await opened.enrol()
    future = await opened.enrol(effective_date="2026-03-11")
    ended = await with_password(opened, client)
    await opened.hear({**ended, "version": 2, "end_date": "2021-03-09"}, event="member.changed.v1")
    disabled = await with_password(opened, client)
    for _ in range(10):
        await sign_in(client, "mgas", disabled["email"], WRONG)
        opened.clock.advance(hours=2)
    answers = {
        "wrong": await sign_in(client, "mgas", member["email"], WRONG),
        "unknown": await sign_in(client, "mgas", "personne@courriel.example"),
        "no address": await sign_in(client, "mgas", "1850578006084"),
        "not activated": await sign_in(client, "mgas", not_activated["email"]),
        "not in force": await sign_in(client, "mgas", future["email"]),
        "ended long ago": await sign_in(client, "mgas", ended["email"]),
        "disabled": await sign_in(client, "mgas", disabled["email"], PASSPHRASE),
        "other brand": await sign_in(client, "demo", member["email"]),
    }

    assert (answers["wrong"].status, answers["wrong"].code) == (401, "wrong-credentials")
    elsewhere = answers.pop("other brand")  # whose contact is another

    assert [cause for cause, answer in answers.items() if answer != answers["wrong"]] == []
    assert (elsewhere.status, elsewhere.body["detail"]) == (401, answers["wrong"].body["detail"])


async def test_the_right_password_is_refused_during_the_pause_and_taken_after_it(opened, client, member):
    await fail(client, member, 3)

    assert (await sign_in(client, "mgas", member["email"])).status == 401

    opened.clock.advance(seconds=59)

    assert (await sign_in(client, "mgas", member["email"])).status == 401

    opened.clock.advance(seconds=1)

    assert (await sign_in(client, "mgas", member["email"])).status == 201


async def test_success_clears_the_failures(opened, client, member):
    for _ in range(4):
        await fail(client, member, 2)

        assert (await sign_in(client, "mgas", member["email"])).status == 201
    assert await opened.value("SELECT failures FROM tries") == 0


async def test_whoever_guesses_between_the_owners_visits_has_no_more_than_a_days_tries(opened, client, member):
    evaluated = 0
    for _ in range(12):
        await fail(client, member, 2)
        evaluated += (await sign_in(client, "mgas", member["email"])).status == 201

    assert evaluated == 8  # 25 tries: eight visits with two guesses each, and one guess

    opened.clock.advance(days=1)

    assert (await sign_in(client, "mgas", member["email"])).status == 201


async def test_after_ten_failures_only_another_channel_opens(opened, client, member):
    for _ in range(10):
        await fail(client, member, 1)
        opened.clock.advance(hours=2)
    opened.clock.advance(days=365)

    assert (await sign_in(client, "mgas", member["email"])).status == 401

    token = await mailed_token(opened, client, "mgas", member["email"])

    assert (await sign_in(client, "mgas", member["email"])).status == 401  # asking alone lifts nothing
    assert (await redeem(client, "mgas", token)).status == 204
    assert (await sign_in(client, "mgas", member["email"])).status == 201
    assert await opened.value("SELECT failures FROM tries") == 0


async def test_failures_are_counted_by_account_and_not_by_spelling(opened, client, member):
    spellings = [member["email"], member["email"].upper(), f" {member['email']} "]
    for spelling in spellings:
        await sign_in(client, "mgas", spelling, WRONG)

    assert (await sign_in(client, "mgas", member["email"])).status == 401
    assert await opened.value("SELECT failures FROM tries") == 3


async def test_failures_of_one_brand_do_not_delay_another(opened, client):
    address = "marie@courriel.example"
    one = await with_password(opened, client, brand="mgas", email=address)
    await with_password(opened, client, brand="demo", email=address)
    await fail(client, one, 3)

    assert (await sign_in(client, "mgas", address)).status == 401
    assert (await sign_in(client, "demo", address)).status == 201


async def test_a_stranger_is_delayed_like_a_member(opened, client):
    for _ in range(5):
        await sign_in(client, "mgas", "personne@courriel.example", WRONG)

    assert await opened.value("SELECT failures FROM tries") == 3


async def test_an_account_opens_at_midnight_in_paris(opened, client):
    member = await with_password(opened, client, brand="safiag", password=SIX_DIGITS, effective_date="2026-01-01")
    later = {"version": 2, "effective_date": "2026-07-01", "email": None}  # no address: no code for a new device
    await opened.hear({**member, **later}, event="member.changed.v1")
    opened.clock.set(opened.clock.now().replace(month=6, day=30, hour=21, minute=59, second=59))

    assert (await sign_in(client, "safiag", member["nir"], SIX_DIGITS)).status == 401

    opened.clock.advance(seconds=1)

    assert (await sign_in(client, "safiag", member["nir"], SIX_DIGITS)).status == 201


async def test_a_hash_with_former_figures_is_made_again_at_the_next_sign_in(opened, client, member, monkeypatch):
    before = (await opened.account(member))["password_hash"]
    monkeypatch.setattr(type(opened.identity.hashing), "is_outdated", lambda _self, _stored: True)

    assert (await sign_in(client, "mgas", member["email"])).status == 201

    after = (await opened.account(member))["password_hash"]
    monkeypatch.undo()

    assert after != before
    assert (await sign_in(client, "mgas", member["email"])).status == 201

"""The link to the address that a member typed to get an access (S10): once, in time, and for that address as it is then."""

import asyncio
from datetime import timedelta

from tests.support.access_steps import activation, create, welcomes
from tests.support.identity_fixtures import START, TERMS
from tests.support.identity_steps import ask, post, redeem, sign_in

MINE, OTHERS = "Zoe.Martin@Courriel.Example", "quelquun@courriel.example"
PASSPHRASE = "trois canaris jaunes au balcon"


async def test_a_newer_link_voids_the_one_before(opened, client):
    member = await opened.enrol(email=None)
    former = await activation(opened, client, member, OTHERS)
    latter = await activation(opened, client, member, MINE)

    assert (await redeem(client, "mgas", former, PASSPHRASE)).code == "reset-token-invalid"
    assert (await redeem(client, "mgas", latter, PASSPHRASE)).status == 204
    assert (await sign_in(client, "mgas", OTHERS, PASSPHRASE)).status == 401


async def test_an_activation_link_ends_after_its_hours_and_opens_no_other_brand(opened, client):
    member = await opened.enrol(email=None)
    token = await activation(opened, client, member, MINE)
    opened.clock.set(START + timedelta(hours=24))

    assert (await redeem(client, "demo", token, PASSPHRASE)).code == "reset-token-invalid"
    assert (await redeem(client, "mgas", token, PASSPHRASE)).code == "reset-token-invalid"

    opened.clock.set(START + timedelta(hours=24, microseconds=-1))

    assert (await redeem(client, "mgas", token, PASSPHRASE)).status == 204


async def test_of_several_uses_of_one_activation_exactly_one_wins(opened, client):
    member = await opened.enrol(email=None)
    token = await activation(opened, client, member, MINE)
    answers = await asyncio.gather(*(redeem(client, "mgas", token, f"{PASSPHRASE} {one}") for one in range(6)))

    assert sorted(answer.status for answer in answers) == [204] + [400] * 5
    assert await opened.value("SELECT count(*) FROM outbox WHERE type = 'account.created.v1'") == 1


async def test_a_link_of_one_step_serves_at_no_other(opened, client):
    member = await opened.enrol(email=None)
    token = await activation(opened, client, member, MINE)
    elsewhere = [
        await post(client, "/v1/sessions/refresh", {"refresh_token": token}),
        await sign_in(client, "mgas", MINE, token),
        await ask(client, "mgas", token),
    ]

    assert [answer.status for answer in elsewhere] == [401, 401, 202]


async def test_terms_that_changed_meanwhile_are_asked_for_at_the_first_sign_in(opened, client):
    member = await opened.enrol(email=None)
    token = await activation(opened, client, member, MINE)
    async with opened.identity.database.transaction() as connection:
        await connection.execute("UPDATE reset_tokens SET terms_version = '2025-9'")

    assert (await redeem(client, "mgas", token, PASSPHRASE)).status == 204
    assert (await sign_in(client, "mgas", MINE, PASSPHRASE)).body["terms_to_accept"] == TERMS


async def test_an_address_that_contracts_tells_meanwhile_wins(opened, client):
    member = await opened.enrol(email=None)
    token = await activation(opened, client, member, MINE)
    await opened.hear({**member, "version": 2, "email": OTHERS}, event="member.changed.v1")

    assert (await redeem(client, "mgas", token, PASSPHRASE)).code == "reset-token-invalid"
    assert [event.data["email"] for event in await welcomes(opened)] == [OTHERS]
    assert (await create(client, member, MINE)).code == "account-creation-refused"


async def test_an_address_that_was_taken_meanwhile_is_not_given_twice(opened, client):
    members = [await opened.enrol(email=None) for _ in range(4)]
    tokens = [await activation(opened, client, member, OTHERS) for member in members]
    answers = await asyncio.gather(*(redeem(client, "mgas", token, PASSPHRASE) for token in tokens))

    assert sorted(answer.status for answer in answers) == [204, 400, 400, 400]
    assert await opened.value("SELECT count(*) FROM accounts WHERE email_digest IS NOT NULL") == 1

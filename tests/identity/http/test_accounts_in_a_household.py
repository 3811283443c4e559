"""An account beside the member's: what the household knows opens nothing, a letter to the own name does (ADR 0021)."""

from typing import Any

import aiohttp
import pytest
from service_kit.access_tokens import KeyFile, TokenVerifier

from tests.support.access_steps import create, look_up, welcomes
from tests.support.identity_fixtures import OpenedIdentity
from tests.support.identity_steps import (
    PASSPHRASE,
    SIX_DIGITS,
    WAYS_IN,
    ask,
    connect,
    mailed_token,
    posted_code,
    redeem,
    refresh,
    sign_in,
)
from tests.support.staff_steps import Adviser

THE_SAME = {"birth_date": "1967-03-02"}


@pytest.fixture
async def member(opened: OpenedIdentity) -> dict[str, Any]:
    """A member of safiag, where one signs in with the social-security number, without an address."""
    return await opened.enrol(brand="safiag", email=None)


@pytest.fixture
async def spouse(opened: OpenedIdentity, member: dict[str, Any]) -> dict[str, Any]:
    """The member's husband, known apart from her."""
    return await opened.tell(member)


async def signed_in(opened: OpenedIdentity, client: aiohttp.ClientSession, person: dict[str, Any]) -> dict[str, Any]:
    """Let a person of safiag come in for the first time with a posted code; return the tokens."""
    code = await posted_code(opened, client, "safiag", person["nir"])

    assert (await connect(client, "safiag", person["nir"], code)).status == 204
    tokens: dict[str, Any] = (await sign_in(client, "safiag", person["nir"], SIX_DIGITS)).body
    return tokens


async def left_behind(opened: OpenedIdentity) -> tuple[Any, Any, Any]:
    """Return what was left behind: how often was tried on one and the same account, deeds, events."""
    tries = await opened.value("SELECT array_agg(failures) FROM tries")
    deeds = await opened.value("SELECT array_agg(kind ORDER BY number) FROM deeds")
    return tries, deeds, await opened.new_events()


async def test_a_code_in_a_letter_to_the_own_name_opens_the_own_account_whose_tokens_name_the_person(
    opened, client, member, spouse
):
    await ask(client, "safiag", spouse["nir"])
    await opened.decide()
    (letter,) = await opened.new_events(*WAYS_IN)
    connected = await connect(client, "safiag", spouse["nir"], letter.data["code"])
    tokens = (await sign_in(client, "safiag", spouse["nir"], SIX_DIGITS)).body
    settings = opened.identity.settings
    verifier = TokenVerifier(
        KeyFile(settings.access_token_jwks_file), settings.access_token_issuer, settings.access_token_audience
    )
    caller = verifier.member(tokens["access_token"], now=opened.clock.now())

    assert (letter.type, letter.data["member_id"]) == ("letter.required.v1", spouse["beneficiary_id"])
    assert connected.status == 204
    assert (str(caller.member_id), caller.scope) == (spouse["beneficiary_id"], frozenset({"member"}))
    assert str(caller.member_id) != member["member_id"]


async def test_the_members_statement_identifier_opens_the_members_account_only(opened, client, member, spouse):
    tried = await connect(client, "safiag", spouse["nir"], member["statement_identifier"])

    assert (tried.status, tried.code) == (400, "first-connection-refused")
    assert (await connect(client, "safiag", member["nir"], member["statement_identifier"])).status == 204


async def test_a_code_for_one_of_the_household_opens_nothing_of_another(opened, client, member, spouse):
    code = await posted_code(opened, client, "safiag", member["nir"])

    assert (await connect(client, "safiag", spouse["nir"], code)).code == "first-connection-refused"


async def test_numbers_create_no_account_exactly_as_those_of_nobody(opened, client):
    member = await opened.enrol(email=None)
    spouse = await opened.tell(member)
    nobodys = await create(client, member | {"nir": "1670399999999"}, "zoe@courriel.example")
    of_nobody = await left_behind(opened)
    opened.clock.advance(hours=24)
    answer = await create(client, spouse, "zoe@courriel.example")

    assert (answer.status, answer.code) == (400, "account-creation-refused")
    assert answer == nobodys
    assert (of_nobody, await left_behind(opened)) == (([1], None, []), ([2], None, []))


async def test_numbers_of_a_contract_whose_member_is_not_known_yet_are_nobodys(opened, client):
    unheard = {"brand": "mgas", "member_id": "6f1c2a9e-5a53-4c0d-9c6f-0f5b1d7f3a21", "effective_date": "2020-01-01"}
    spouse = await opened.tell(unheard | {"membership_number": "70999999"}, email="yves@courriel.example")
    subject = await opened.account(spouse)

    assert (await create(client, spouse, "zoe@courriel.example")).code == "account-creation-refused"
    assert (await look_up(client, spouse)).code == "no-match"
    assert await opened.value("SELECT count(*) FROM tries WHERE subject = $1", subject["id"]) == 0
    assert await opened.value("SELECT count(*) FROM tries") == 1


async def test_three_facts_of_a_person_show_no_address_exactly_as_those_of_nobody(opened, client):
    member = await opened.enrol()
    spouse = await opened.tell(member, email="yves@courriel.example")
    await opened.new_events()
    nobodys = await look_up(client, member | {"nir": "1670399999999", **THE_SAME})
    opened.clock.advance(hours=1)
    answer = await look_up(client, spouse)

    assert (answer.status, answer.code) == (404, "no-match")
    assert answer == nobodys
    assert await opened.new_events() == []


async def test_an_own_address_that_the_back_office_has_recorded_is_welcomed_and_leads_in(opened, client):
    member = await opened.enrol()
    spouse = await opened.tell(member)
    await opened.hear_of(spouse | {"version": 2, "email": "yves@courriel.example"})
    (created,) = await welcomes(opened)
    chosen = await redeem(client, "mgas", created.data["token"], PASSPHRASE)

    assert (created.data["member_id"], created.data["email"]) == (spouse["beneficiary_id"], "yves@courriel.example")
    assert chosen.status == 204
    assert (await sign_in(client, "mgas", "yves@courriel.example")).status == 201


async def test_who_has_an_address_before_anybody_has_heard_of_the_person_is_welcomed_too(opened, client):
    await opened.tell(await opened.enrol(), email="yves@courriel.example", effective_date="2019-06-08")
    heard = await welcomes(opened)

    assert [event.data["email"] for event in heard if event.data["email"] == "yves@courriel.example"] != []


async def test_a_person_without_an_own_number_is_found_by_none_until_it_is_known(opened, client, member):
    spouse = await opened.tell(member, nir=None)
    for identifier in (member["membership_number"], f"unknown: {spouse['beneficiary_id']}"):
        await ask(client, "safiag", identifier)
    await opened.decide()
    nothing = await opened.new_events(*WAYS_IN)
    await opened.hear_of(spouse | {"version": 2, "nir": "1670375111042"})

    assert nothing == []
    assert await signed_in(opened, client, spouse | {"nir": "1670375111042"})


async def test_of_a_membership_and_a_place_on_anothers_contract_the_membership_is_meant(opened, client, member):
    own = await opened.enrol(brand="safiag", email=None, nir="1670375111042", effective_date="2018-01-01")
    await opened.tell(member, nir="1670375111042", effective_date="2021-01-01")
    await ask(client, "safiag", "1670375111042")
    await opened.decide()
    (letter,) = await opened.new_events(*WAYS_IN)
    await opened.hear({**own, "version": 2, "end_date": "2026-02-28"}, event="member.changed.v1")
    opened.clock.advance(days=30)
    await ask(client, "safiag", "1670375111042")
    await opened.decide()
    (later,) = await opened.new_events(*WAYS_IN)

    assert letter.data["member_id"] == own["member_id"]
    assert later.data["member_id"] != own["member_id"]  # the one that is in force


async def test_a_refusal_ends_the_sessions_and_nothing_opens_the_account_until_it_is_taken_back(
    opened, client, member, spouse
):
    adviser = Adviser(opened, client, brand="safiag")
    tokens = await signed_in(opened, client, spouse)
    await adviser.send_letter((await opened.account(spouse))["id"])
    (pending,) = await opened.new_events(*WAYS_IN)
    await opened.hear_of(spouse | {"version": 2, "autonomous": False})
    (unneeded,) = await opened.new_events("posted-code.unneeded.v1")
    tried = [
        await refresh(client, tokens["refresh_token"]),
        await sign_in(client, "safiag", spouse["nir"], SIX_DIGITS),
        await connect(client, "safiag", spouse["nir"], pending.data["code"]),
    ]
    await ask(client, "safiag", spouse["nir"])
    await opened.decide()
    asked = await opened.new_events(*WAYS_IN)
    shown = {one["holder"]: one for one in (await adviser.search(spouse["membership_number"])).body["items"]}
    letter = await adviser.send_letter(shown["beneficiary"]["id"])
    await opened.hear_of(spouse | {"version": 3})
    back = await sign_in(client, "safiag", spouse["nir"], SIX_DIGITS)

    assert unneeded.data["letter_id"] == pending.data["letter_id"]
    assert [answer.code for answer in tried] == ["session-ended", "wrong-credentials", "first-connection-refused"]
    assert asked == []
    assert (shown["beneficiary"]["state"], shown["member"]["state"]) == ("closed", "not_activated")
    assert (letter.status, letter.code) == (409, "account-not-in-force")
    assert back.status == 201
    kinds = await opened.value("SELECT array_agg(kind ORDER BY number) FROM deeds WHERE kind LIKE 'account_%ed'")
    assert [kind for kind in kinds if kind != "account_searched"] == ["account_closed", "account_reopened"]


async def test_a_mailed_link_of_before_opens_no_account_that_was_closed(opened, client):
    spouse = await opened.tell(await opened.enrol(), email="yves@courriel.example")
    token = await mailed_token(opened, client, "mgas", "yves@courriel.example")
    await opened.hear_of(spouse | {"version": 2, "email": "yves@courriel.example", "autonomous": False})

    assert (await redeem(client, "mgas", token)).code == "reset-token-invalid"
    assert await welcomes(opened) == []


async def test_a_refusal_that_is_heard_before_the_autonomy_closes_what_opens_later(opened, client, member):
    spouse = await opened.tell(member, version=2, autonomous=False)
    await opened.hear_of(spouse | {"version": 1, "autonomous": True})

    assert (await opened.account(spouse))["closed_at"] == opened.clock.now()


async def test_who_is_covered_no_more_reads_on_as_ex_members_do(opened, client, member, spouse):
    await opened.hear_of(spouse | {"version": 2, "end_date": "2026-03-09"})
    tokens = await signed_in(opened, client, spouse)
    async with client.get("/v1/account", headers={"Authorization": f"Bearer {tokens['access_token']}"}) as answer:
        account = await answer.json()

    assert account["read_only"] is True


async def test_an_adviser_sees_whose_each_account_is_and_has_letters_sent_to_the_person(opened, client, member, spouse):
    adviser = Adviser(opened, client, brand="safiag")
    found = (await adviser.search(member["membership_number"])).body["items"]
    (theirs,) = [one for one in found if one["holder"] == "beneficiary"]
    sent = await adviser.send_letter(theirs["id"])
    (letter,) = await opened.new_events(*WAYS_IN)

    assert {one["member_id"] for one in found} == {member["member_id"], spouse["beneficiary_id"]}
    assert (sent.status, letter.data["member_id"]) == (202, spouse["beneficiary_id"])

"""« Je crée mon espace » (S10): two numbers and an address of one's own; nobody learns which number was wrong, or who exists."""

import asyncio

import pytest

from tests.support.access_steps import activation, create, welcomes
from tests.support.identity_fixtures import TERMS
from tests.support.identity_steps import mailed_token, post, redeem, sign_in

MINE, OTHERS = "Zoe.Martin@Courriel.Example", "quelquun@courriel.example"
PASSPHRASE = "trois canaris jaunes au balcon"


async def requested(opened):
    return [event for event in await opened.new_events() if event.type == "activation.requested.v1"]


async def change(opened, member, **changes):
    await opened.hear({**member, "version": 2, **changes}, event="member.changed.v1")


async def deeds(opened) -> list[str]:
    return await opened.value("SELECT array_agg(kind ORDER BY number) FROM deeds")


async def test_a_member_without_address_creates_the_access_and_signs_in(opened, client):
    member = await opened.enrol(email=None)
    promised = await create(client, member, MINE)

    assert promised.status == 202
    assert promised.body["promise"] == {"email_minutes": 5, "link_hours": 24}
    assert promised.body["help"]["phone"] == opened.identity.brands["mgas"].phone

    (event,) = await requested(opened)

    assert event.sealed_fields == {"email", "token"}
    assert (event.data["email"], event.data["notice"]) == ("Zoe.Martin@courriel.example", True)
    assert event.data["expires_at"] == "2026-03-11T09:00:00Z"
    assert (await sign_in(client, "mgas", MINE, PASSPHRASE)).status == 401
    assert (await opened.account(member))["email_digest"] is None

    assert (await redeem(client, "mgas", event.data["token"], "court")).field_codes == [("password", "too-short")]
    assert (await redeem(client, "mgas", event.data["token"], PASSPHRASE)).status == 204

    (created,) = [event for event in await opened.new_events() if event.type == "account.created.v1"]

    assert (created.data["origin"], created.data["token"]) == ("member", None)
    assert created.data["email"] == "Zoe.Martin@courriel.example"

    signed_in = await sign_in(client, "mgas", MINE.upper(), PASSPHRASE)

    assert signed_in.status == 201
    assert "terms_to_accept" not in signed_in.body  # they were accepted on the way
    assert await opened.value("SELECT source FROM terms_acceptances") == "account creation"
    assert [kind for kind in await deeds(opened) if kind.startswith(("activation", "account"))] == [
        "activation_requested", "account_activated"
    ]  # fmt: skip
    assert await welcomes(opened) == []
    assert (await redeem(client, "mgas", event.data["token"], PASSPHRASE)).code == "reset-token-invalid"
    assert await mailed_token(opened, client, "mgas", MINE)


@pytest.mark.parametrize(
    ("nir", "typed"),
    [
        ("2850578006084", "2 85 05 78 006 084"),
        ("2850578006084", "285057800608493"),
        ("2850578006084", "2\u00a085.05.78-006\u202f084"),
        ("285052A006084", "2 85 05 2a 006 084"),
        ("285052B006084", "285052b00608441"),
    ],
)
async def test_the_numbers_are_taken_in_any_spacing_with_or_without_key(opened, client, nir, typed):
    member = await opened.enrol(email=None, nir=nir, membership_number="70123456")

    assert (await create(client, member, MINE, nir=typed, membership_number=" 7012 34-56")).status == 202
    assert len(await requested(opened)) == 1


async def everybody_who_is_refused(opened, client) -> dict[str, dict]:
    """Return cause → what such a person types."""
    other = await opened.enrol(email=None)
    exists = await opened.enrol(email=None)
    await redeem(client, "mgas", await activation(opened, client, exists, OTHERS), PASSPHRASE)
    locked = await opened.enrol(email=None)
    async with opened.identity.database.transaction() as connection:
        tries = "INSERT INTO tries VALUES ($1, 10, NULL, $2, 10, $2)"
        await connection.execute(tries, (await opened.account(locked))["id"], opened.clock.now())
    one = await opened.enrol(email=None)
    return {
        "unknown number": one | {"membership_number": "99999999"},
        "wrong social-security number": one | {"nir": "1850578006084"},
        "somebody else's social-security number": one | {"nir": other["nir"]},
        "no number at all": one | {"nir": "bonjour"},
        "not yet in force": await opened.enrol(email=None, effective_date="2026-03-11"),
        "over for more than five years": await opened.enrol(email=None, end_date="2021-03-09"),
        "known address": await opened.enrol(),
        "exists": exists,
        "locked": locked,
        "of another brand": (await opened.enrol(email=None, brand="demo")) | {"brand": "mgas"},
    }


async def test_every_refusal_is_the_same_answer_with_the_possible_causes(opened, client):
    people = await everybody_who_is_refused(opened, client)
    await opened.new_events()
    answers = {cause: await create(client, person, MINE) for cause, person in people.items()}
    expected = answers["unknown number"]

    assert (expected.status, expected.code) == (400, "account-creation-refused")
    assert [cause["code"] for cause in expected.body["causes"]][:3] == [
        "wrong-numbers", "not-yet-in-force", "already-exists"
    ]  # fmt: skip
    assert all(cause["detail"].endswith(".") for cause in expected.body["causes"])
    assert expected.body["help"]["phone"] == opened.identity.brands["mgas"].phone
    assert [cause for cause, answer in answers.items() if answer != expected] == []
    assert await opened.new_events() == []


async def test_what_is_of_the_wrong_form_is_told_by_field_before_anybody_is_looked_up(opened, client):
    member = await opened.enrol(email=None)
    expected = {
        ("membership_number", "required"): {"membership_number": " - "},
        ("membership_number", "too-long"): {"membership_number": "1" * 41},
        ("email_confirmation", "confirmation-differs"): {"email_confirmation": "zoe@courriel.example"},
        ("accepted_terms", "current-version-required"): {"accepted_terms": "2019-1"},
    }
    answers = {problem: await create(client, member, MINE, **typed) for problem, typed in expected.items()}
    long = f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.example"  # more than 254 characters
    addresses = [await create(client, member, address) for address in ("zoe", long, "zoe@courriel", "a b@c.example")]

    assert [answer.field_codes for answer in addresses] == [[("email", "invalid-email")]] * 4
    assert {problem: answer.field_codes for problem, answer in answers.items()} == {one: [one] for one in expected}
    assert {answer.status for answer in answers.values()} == {422}
    assert {answer.code for answer in answers.values()} == {"stated-facts-refused", "terms-not-accepted"}
    assert await opened.value("SELECT count(*) FROM tries") == 0


async def test_a_brand_that_signs_in_by_number_has_nothing_to_create(opened, client):
    member = await opened.enrol(brand="safiag", email=None)

    assert [(one.status, one.code) for one in [await create(client, member, MINE)]] == [(404, "not-found")]
    assert await opened.new_events() == []


async def test_ten_wrong_numbers_close_it_in_silence_for_the_right_ones_too(opened, client):
    member = await opened.enrol(email=None)
    for _ in range(12):
        wrong = await create(client, member, MINE, nir="1850578006084")
        opened.clock.advance(hours=1)

    assert await create(client, member, MINE) == wrong
    assert await opened.value("SELECT failures FROM tries") == 10
    assert await requested(opened) == []


async def test_right_numbers_wipe_out_no_failure_but_count_in_the_days_tries(opened, client):
    member = await opened.enrol(email=None)
    for _ in range(2):
        await create(client, member, MINE, nir="1850578006084")

    assert (await create(client, member, MINE)).status == 202
    assert await opened.value("SELECT array[failures, day_tries] FROM tries") == [2, 3]


async def test_of_many_parallel_guesses_no_more_than_allowed_are_looked_at(opened, client):
    member = await opened.enrol(email=None)
    guesses = [create(client, member, MINE, nir=f"18505780{number:05d}") for number in range(40)]

    assert {answer.status for answer in await asyncio.gather(*guesses)} == {400}
    assert await opened.value("SELECT failures FROM tries") == 3


async def test_the_quota_of_mails_is_kept_in_silence_and_the_member_is_noticed_once_a_day(opened, client):
    member = await opened.enrol(email=None)
    statuses = {(await create(client, member, MINE)).status for _ in range(8)}
    events = await requested(opened)

    assert statuses == {202}
    assert [event.data["notice"] for event in events] == [True, False, False, False, False]

    opened.clock.advance(hours=24)
    await create(client, member, MINE)

    assert [event.data["notice"] for event in await requested(opened)] == [True]


async def test_an_address_of_ones_own_stays_until_contracts_has_news(opened, client):
    member = await opened.enrol(email=None)
    await redeem(client, "mgas", await activation(opened, client, member, MINE), PASSPHRASE)
    told = [
        {"last_name": "Durand"},
        {"email": MINE.lower()},
        {"email": OTHERS},
    ]  # before contracts heard of it, and after
    signed_in = []
    for version, news in enumerate(told, start=2):
        await change(opened, member, **news, version=version)
        signed_in.append([(await sign_in(client, "mgas", one, PASSPHRASE)).status for one in (MINE, OTHERS)])
        opened.clock.advance(hours=1)

    assert signed_in == [[201, 401], [201, 401], [401, 201]]
    assert await welcomes(opened) == []


async def test_an_address_of_another_access_gets_a_mail_without_link_and_the_same_answer(opened, client):
    other, member = await opened.enrol(email=OTHERS.upper()), await opened.enrol(email=None)
    free, taken = await create(client, member, MINE), await create(client, member, OTHERS)
    with_link, without = await requested(opened)

    assert free == taken
    assert (with_link.data["token"] is None, without.data["token"]) == (False, None)
    assert without.data["email"] == OTHERS

    await change(opened, other, email=None)
    await create(client, member, OTHERS)

    assert [event.data["token"] is None for event in await requested(opened)] == [False]


async def test_an_address_of_somebody_whose_access_is_over_is_free(opened, client):
    await opened.enrol(email=OTHERS, end_date="2021-03-09")
    member = await opened.enrol(email=None)

    assert (await redeem(client, "mgas", await activation(opened, client, member, OTHERS), PASSPHRASE)).status == 204
    assert (await sign_in(client, "mgas", OTHERS, PASSPHRASE)).status == 201


async def test_a_repeated_key_gets_the_same_answer_and_one_mail(opened, client):
    member = await opened.enrol(email=None)
    body = {
        "membership_number": member["membership_number"],
        "nir": member["nir"],
        "email": MINE,
        "email_confirmation": MINE,
        "accepted_terms": TERMS,
    }
    answers = [await post(client, "/v1/mgas/accounts", body, headers={"Idempotency-Key": "clef-1"}) for _ in range(3)]

    assert answers[0].status == 202
    assert answers[0] == answers[1] == answers[2]
    assert len(await requested(opened)) == 1

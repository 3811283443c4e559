"""« Adresse e-mail oubliée ? » (S11): three facts show the address, which is told of it; nobody learns what was wrong."""

import asyncio

from tests.support.access_steps import activation, create, look_up
from tests.support.identity_steps import PASSPHRASE, redeem, sign_in, with_password

WRONG = {
    "membership_number": "99999999",
    "nir": "1850578006084",
    "birth_date": "1958-02-18",
}


async def told(opened):
    return [event for event in await opened.new_events() if event.type == "identifier.looked-up.v1"]


async def test_mgas_shows_the_address_in_full_and_tells_it(opened, client):
    member = await opened.enrol(email="zoe.martin@courriel.example")
    found = await look_up(client, member)
    (event,) = await told(opened)

    assert (found.status, found.body) == (200, {"email": "zoe.martin@courriel.example"})
    assert event.sealed_fields == {"email"}
    assert (event.data["email"], event.data["member_id"]) == (member["email"], member["member_id"])
    assert event.data["looked_up_at"] == "2026-03-10T09:00:00Z"
    assert await opened.value("SELECT array_agg(actor) FROM deeds WHERE kind = 'identifier_looked_up'") == ["anonymous"]


async def test_a_brand_that_masks_shows_what_its_owner_recognises(opened, client):
    member = await opened.enrol(brand="demo", email="zoe.martin@courriel.example")

    assert (await look_up(client, member)).body == {"email": "z•••@c•••.example"}
    assert [event.data["email"] for event in await told(opened)] == [member["email"]]


async def test_each_look_up_is_told(opened, client):
    member = await opened.enrol()
    for _ in range(3):
        await look_up(client, member)

    assert len(await told(opened)) == 3


async def test_facts_are_taken_as_people_type_them(opened, client):
    member = await opened.enrol(nir="285052A006084", membership_number="70123456", birth_date="1931-00-00")
    typed = {"membership_number": "7012 3456", "nir": "2 85 05 2a 006 084 20", "birth_date": "1931-00-00"}

    assert (await look_up(client, member, **typed)).body == {"email": member["email"]}


async def test_every_cause_gets_the_same_answer_and_is_told_to_nobody(opened, client):
    member, other = await opened.enrol(), await opened.enrol(birth_date="1970-07-07")
    locked = await opened.enrol()
    async with opened.identity.database.transaction() as connection:
        tries = "INSERT INTO tries VALUES ($1, 10, NULL, $2, 10, $2)"
        await connection.execute(tries, (await opened.account(locked))["id"], opened.clock.now())
    people = {
        **{f"wrong {fact}": member | {fact: value} for fact, value in WRONG.items()},
        "somebody else's birth date": member | {"birth_date": other["birth_date"]},
        "no address": await opened.enrol(email=None),
        "not yet in force": await opened.enrol(effective_date="2026-03-11"),
        "over for more than five years": await opened.enrol(end_date="2021-03-09"),
        "locked": locked,
        "of another brand": (await opened.enrol(brand="demo")) | {"brand": "mgas"},
    }
    answers = {}
    for cause, person in people.items():
        answers[cause] = await look_up(client, person)
        opened.clock.advance(hours=1)
    expected = answers["wrong membership_number"]

    assert (expected.status, expected.code) == (404, "no-match")
    assert expected.body["help"]["phone"] == opened.identity.brands["mgas"].phone
    assert [cause for cause, answer in answers.items() if answer != expected] == []
    assert await opened.new_events() == []


async def test_a_date_of_the_wrong_form_is_told_before_anybody_is_looked_up(opened, client):
    member = await opened.enrol()
    typed = ["17/02/1958", "1958-2-17", "1958-02-30", "1958-13-01", "0000-01-01", "1958-02-17T00:00", "١٩٥٨-٠٢-١٧", " "]
    answers = [await look_up(client, member, birth_date=date) for date in typed]

    assert {(answer.status, answer.code) for answer in answers} == {(422, "stated-facts-refused")}
    assert [answer.field_codes for answer in answers] == [[("birth_date", "invalid-date")]] * len(typed)
    assert await opened.value("SELECT count(*) FROM tries") == 0


async def test_a_brand_that_signs_in_by_number_has_nothing_to_look_up(opened, client):
    member = await opened.enrol(brand="safiag")
    answer = await look_up(client, member)

    assert (answer.status, answer.code) == (404, "not-found")
    assert await told(opened) == []


async def test_guesses_at_the_birth_date_are_stopped_with_those_of_every_other_way(opened, client):
    member = await with_password(opened, client)
    for day in range(1, 4):
        await look_up(client, member, birth_date=f"1958-03-{day:02}")

    assert (await look_up(client, member)).code == "no-match"
    assert (await sign_in(client, "mgas", member["email"])).status == 401

    opened.clock.advance(hours=1)

    assert (await look_up(client, member)).status == 200


async def test_knowing_three_facts_wipes_out_no_guess_at_the_password(opened, client):
    member = await with_password(opened, client)
    for number in range(10):
        await sign_in(client, "mgas", member["email"], f"mauvaise phrase {number}")
        opened.clock.advance(hours=3)
        looked_up = await look_up(client, member)
        opened.clock.advance(hours=3)

    assert looked_up.code == "no-match"  # with the tenth guess
    assert await opened.value("SELECT failures FROM tries") == 10
    assert (await sign_in(client, "mgas", member["email"])).status == 401


async def test_a_day_has_twenty_five_look_ups_right_or_wrong(opened, client):
    member = await opened.enrol()
    statuses = [(await look_up(client, member)).status for _ in range(27)]

    assert statuses == [200] * 25 + [404] * 2
    assert len(await told(opened)) == 25

    opened.clock.advance(days=1)

    assert (await look_up(client, member)).status == 200


async def test_of_many_parallel_guesses_no_more_than_allowed_are_looked_at(opened, client):
    member = await opened.enrol()
    await asyncio.gather(*(look_up(client, member, birth_date=f"19{year}-01-01") for year in range(20, 60)))

    assert await opened.value("SELECT failures FROM tries") == 3


async def test_an_address_of_ones_own_is_found_again(opened, client):
    member = await opened.enrol(email=None)

    assert (await look_up(client, member)).code == "no-match"

    await redeem(client, "mgas", await activation(opened, client, member, "zoe@écoles.example"), PASSPHRASE)

    assert (await look_up(client, member)).body == {"email": "zoe@écoles.example"}
    assert (await create(client, member, "zoe@courriel.example")).code == "account-creation-refused"

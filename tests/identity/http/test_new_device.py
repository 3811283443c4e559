"""The right password from a device that is not known: a mailed code shows that its owner is there."""

import asyncio

import pytest

from tests.support.account_steps import call, change_email, deeds_of
from tests.support.identity_steps import PASSPHRASE, SIX_DIGITS, mailed_token, post, redeem, with_password

WRONG_CODE = "00000000"
HOUR_OF_GRACE = 61  # minutes


async def enter(client, member, *, password=SIX_DIGITS, **more):
    body = {"identifier": member["nir"], "password": password, **more}
    return await post(client, "/v1/safiag/sessions", body)


@pytest.fixture
async def member(opened, client):
    """A member of safiag who chose six digits by a mailed link, more than an hour ago."""
    made = await with_password(opened, client, SIX_DIGITS, brand="safiag")
    opened.clock.advance(minutes=HOUR_OF_GRACE)
    await opened.new_events()
    return made


async def mailed_code(opened, client, member) -> str:
    refused = await enter(client, member)
    [event] = await opened.new_events()

    assert (refused.status, refused.code) == (403, "new-device-code-required")
    assert event.type == "sign-in.new-device.v1"
    return str(event.data["code"])


async def test_the_code_lets_the_device_in_and_makes_it_known(opened, client, member):
    code = await mailed_code(opened, client, member)
    entered = await enter(client, member, new_device_code=f"{code[:4]} {code[4:]}")
    opened.clock.advance(days=30)
    again = await enter(client, member, device_token=entered.body["device_token"])

    assert [entered.status, again.status] == [201, 201]
    assert "device_token" not in again.body
    assert await opened.new_events() == []
    assert {"new_device_code_sent", "device_trusted"} <= {kind for kind, _, _ in await deeds_of(opened, member)}


async def test_the_refusal_says_where_the_code_went_and_gives_no_session(opened, client, member):
    refused = await enter(client, member)

    assert refused.body["sent_to"] == "f•••@c•••.example"
    assert set(refused.body) & {"access_token", "refresh_token", "device_token"} == set()
    assert await opened.value("SELECT count(*) FROM sessions WHERE ended_at IS NULL") == 0


async def test_a_wrong_password_asks_for_no_code(opened, client, member):
    refused = await enter(client, member, password="604817")

    assert refused.code == "wrong-credentials"
    assert await opened.new_events() == []


async def test_who_has_just_proved_the_mailbox_is_not_asked_for_an_hour(opened, client):
    made = await with_password(opened, client, SIX_DIGITS, brand="safiag")
    first, second = await enter(client, made), await enter(client, made)
    opened.clock.advance(minutes=HOUR_OF_GRACE)
    later = await enter(client, made, device_token=first.body["device_token"])
    elsewhere = await enter(client, made)

    assert [first.status, second.status, later.status, elsewhere.status] == [201, 201, 201, 403]


async def test_who_has_no_address_is_not_asked(opened, client, member):
    await opened.hear({**member, "version": 2, "email": None}, event="member.changed.v1")

    assert (await enter(client, member)).status == 201


async def test_a_brand_of_passphrases_does_not_ask(opened, client):
    made = await with_password(opened, client)
    opened.clock.advance(days=2)
    body = {"identifier": made["email"], "password": PASSPHRASE}

    assert (await post(client, "/v1/mgas/sessions", body)).status == 201


async def test_a_code_serves_once_for_ten_minutes_and_its_own_account(opened, client, member):
    code = await mailed_code(opened, client, member)
    other = await with_password(opened, client, SIX_DIGITS, brand="safiag")
    opened.clock.advance(minutes=9)
    elsewhere = await enter(client, other, new_device_code=code)
    entered = await enter(client, member, new_device_code=code)
    again = await enter(client, member, new_device_code=code)
    late = await mailed_code_later(opened, client, member)
    opened.clock.advance(minutes=11)
    expired = await enter(client, member, new_device_code=late)

    assert elsewhere.status == 201  # within its own hour: the code says nothing there
    assert [entered.status, again.status, expired.status] == [201, 403, 403]
    assert again.field_codes == [("new_device_code", "wrong-code")]


async def mailed_code_later(opened, client, member) -> str:
    await opened.new_events()
    opened.clock.advance(minutes=2)
    return await mailed_code(opened, client, member)


async def test_no_second_mail_leaves_within_a_minute_or_more_than_five_in_an_hour(opened, client, member):
    codes = []
    for minutes in (0, 0, 2, 2, 2, 2, 2, 2):
        opened.clock.advance(minutes=minutes)
        assert (await enter(client, member)).status == 403
        codes += [event.data["code"] for event in await opened.new_events()]
    last = await enter(client, member, new_device_code=codes[-1])

    assert len(codes) == 5
    assert last.status == 201


async def test_guessing_codes_comes_to_the_lock_and_asking_for_new_ones_wipes_out_nothing(opened, client, member):
    for _ in range(12):
        await enter(client, member)
        await enter(client, member, new_device_code=WRONG_CODE)
        opened.clock.advance(hours=2)
    await opened.new_events()
    locked = await enter(client, member)

    assert (locked.status, locked.code) == (401, "wrong-credentials")
    assert await opened.new_events() == []


async def test_a_code_is_void_after_five_wrong_ones(opened, client, member):
    code = await mailed_code(opened, client, member)
    async with opened.identity.database.connection() as connection:
        await connection.execute("UPDATE device_checks SET tries = 5")

    assert (await enter(client, member, new_device_code=code)).status == 403


async def test_of_two_with_one_code_at_once_one_comes_in(opened, client, member):
    code = await mailed_code(opened, client, member)
    answers = await asyncio.gather(*(enter(client, member, new_device_code=code) for _ in range(2)))

    assert sorted(answer.status for answer in answers) in ([201, 403], [201, 401])


async def test_a_device_token_of_somebody_else_is_no_token(opened, client, member):
    other = await with_password(opened, client, SIX_DIGITS, brand="safiag")
    theirs = (await enter(client, other)).body["device_token"]

    assert (await enter(client, member, device_token=theirs)).status == 403


async def test_a_new_password_by_mail_forgets_every_device(opened, client, member):
    code = await mailed_code(opened, client, member)
    known = (await enter(client, member, new_device_code=code)).body["device_token"]
    await opened.new_events()
    token = await mailed_token(opened, client, "safiag", member["nir"])
    assert (await redeem(client, "safiag", token, "604817")).status == 204
    opened.clock.advance(minutes=HOUR_OF_GRACE)

    assert (await enter(client, member, password="604817", device_token=known)).status == 403


async def change_password(opened, client, tokens) -> None:
    body = {"current_password": SIX_DIGITS, "password": "604817", "password_confirmation": "604817"}
    assert (await call(client, "PUT", "/v1/account/password", tokens["access_token"], body)).status == 204


async def change_address(opened, client, tokens) -> None:
    await change_email(opened, client, tokens, "autre@courriel.example")


@pytest.mark.parametrize(("change", "password"), [(change_password, "604817"), (change_address, SIX_DIGITS)])
async def test_a_change_in_the_account_forgets_every_device_but_the_one_it_was_made_on(
    opened, client, member, change, password
):
    here = (await enter(client, member, new_device_code=await mailed_code(opened, client, member))).body
    code = await mailed_code_later(opened, client, member)
    elsewhere = (await enter(client, member, new_device_code=code)).body["device_token"]
    await change(opened, client, here)

    assert (await enter(client, member, password=password, device_token=elsewhere)).status == 403
    assert (await enter(client, member, password=password, device_token=here["device_token"])).status == 201


async def test_tokens_and_codes_are_kept_as_digests(opened, client, member):
    code = await mailed_code(opened, client, member)
    token = (await enter(client, member, new_device_code=code)).body["device_token"]
    kept = await opened.value("SELECT string_agg(devices::text, ' ') FROM devices")
    checks = await opened.value("SELECT string_agg(device_checks::text, ' ') FROM device_checks")

    assert token not in kept
    assert code not in checks
    assert token.encode().hex() not in kept

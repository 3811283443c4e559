"""What becomes of a reset request behind the answer."""

import asyncio
import base64
import json
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from identity_service.domain.posted_codes import normalise
from identity_service.usecases.request_reset import request_reset
from identity_service.worker import UNFORESEEN_SECONDS, decide_soon
from service_kit.sealing import CannotSeal

from tests.support.identity_fixtures import opened_identity
from tests.support.identity_steps import ask, posted_code, redeem, with_password


async def types_after(opened, client, brand: str, identifier: str) -> list[str]:
    await ask(client, brand, identifier)
    await opened.decide()
    return [event.type for event in await opened.new_events() if event.type != "password.changed.v1"]


async def test_a_known_address_gets_a_link_for_an_hour_and_its_secrets_travel_sealed(opened, client):
    member = await opened.enrol(email="Marie.Durand@Courriel.Example")
    await ask(client, "mgas", "marie.durand@courriel.example")
    await opened.decide()
    (event,) = await opened.new_events()

    assert event.type == "reset.requested.v1"
    assert event.sealed_fields == {"email", "token"}
    assert event.data["email"] == "Marie.Durand@Courriel.Example"
    assert len(event.data["token"]) == 43
    assert event.data["expires_at"] == (opened.clock.now() + timedelta(minutes=60)).isoformat().replace("+00:00", "Z")
    assert event.data["member_id"] == member["member_id"]


async def test_a_member_without_address_gets_a_code_for_21_days_that_travels_sealed(opened, client):
    member = await opened.enrol(brand="safiag", email=None)
    await ask(client, "safiag", member["nir"])
    await opened.decide()
    (event,) = await opened.new_events()

    assert event.type == "letter.required.v1"
    assert event.sealed_fields == {"code"}
    assert [len(group) for group in event.data["code"].split("-")] == [4, 4, 4]
    assert event.data["expires_at"] == "2026-03-31T22:00:00Z"  # the 21st day is 31 March, to its end in Paris
    assert event.data["purpose"] == "posted_code"


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"effective_date": "2026-03-10"}, ["reset.requested.v1"]),
        ({"effective_date": "2026-03-11"}, []),
        ({"end_date": "2021-03-10"}, ["reset.requested.v1"]),
        ({"end_date": "2021-03-09"}, []),
        ({"end_date": "9999-12-31"}, ["reset.requested.v1"]),
    ],
)
async def test_a_way_in_is_given_from_the_effective_date_until_five_years_after_the_end(
    opened, client, dates, expected
):
    member = await opened.enrol(**dates)

    assert await types_after(opened, client, "mgas", member["email"]) == expected


async def test_nobody_gets_anything_for_somebody_unknown_and_the_request_is_forgotten(opened, client):
    assert await types_after(opened, client, "mgas", "personne@courriel.example") == []
    looks = 0
    while await opened.value("SELECT count(*) FROM reset_requests"):
        opened.clock.advance(seconds=10)
        looks += await opened.decide()

    assert await opened.new_events() == []
    assert 5 <= looks <= 20


async def test_a_member_who_is_enrolled_a_moment_after_asking_gets_a_mail(opened, client):
    await ask(client, "mgas", "nouvelle@courriel.example")
    await opened.decide()
    await opened.enrol(email="nouvelle@courriel.example")
    opened.clock.advance(seconds=2)
    await opened.decide()
    (event,) = await opened.new_events()

    assert event.type == "reset.requested.v1"


async def test_one_odd_member_does_not_stop_the_requests_of_the_others(opened, client):
    odd = await opened.enrol(end_date="9999-12-31", last_name="Ý" * 900)
    members = [await opened.enrol() for _ in range(3)]
    for member in [members[0], odd, *members[1:]]:
        await ask(client, "mgas", member["email"])

    assert await opened.decide() == 4
    assert len(await opened.new_events()) == 4


async def test_each_request_of_one_member_is_answered_by_a_mail_with_a_version_of_its_own(opened, client):
    member = await opened.enrol()
    for _ in range(3):
        await ask(client, "mgas", member["email"])
    await opened.decide()
    await ask(client, "mgas", member["email"])
    await opened.decide()
    events = await opened.new_events()

    assert [event.data["version"] for event in events] == [1, 2, 3, 4]
    assert len({event.data["token"] for event in events}) == 4
    assert len({event.data["reset_id"] for event in events}) == 4


async def test_several_requests_at_once_are_answered_by_one_letter(opened, client):
    member = await opened.enrol(brand="safiag", email=None)
    for _ in range(3):
        await ask(client, "safiag", member["nir"])
    await opened.decide()

    assert [event.type for event in await opened.new_events()] == ["letter.required.v1"]
    assert await opened.value("SELECT count(*) FROM posted_codes") == 1


async def test_a_new_code_cancels_the_former_one(opened, client):
    member = await opened.enrol(brand="safiag", email=None)
    codes = []
    for _ in range(3):
        codes.append(await posted_code(opened, client, "safiag", member["nir"]))
        opened.clock.advance(hours=24)

    assert len({normalise(code) for code in codes}) == 3
    assert await opened.value("SELECT count(*) FROM posted_codes WHERE cancelled_at IS NULL") == 1


async def test_more_requests_than_a_batch_are_decided_in_rounds(opened, client):
    members = [await opened.enrol() for _ in range(26)]
    for turn in range(130):
        await ask(client, "mgas", members[turn % 26]["email"])

    assert [await opened.decide(), await opened.decide(), await opened.decide()] == [100, 30, 0]
    assert len(await opened.new_events()) == 130


async def test_two_workers_decide_each_request_once_and_mail_no_more_than_the_quota_in_all(opened, client):
    members = [await opened.enrol() for _ in range(4)]
    for turn in range(120):
        await ask(client, "mgas", members[turn % 4]["email"])
    decided = await asyncio.gather(*(opened.decide() for _ in range(4)))
    while more := await opened.decide():
        decided.append(more)
    events = await opened.new_events()

    assert sum(decided) == 120
    assert Counter(event.data["member_id"] for event in events) == {member["member_id"]: 5 for member in members}
    assert len({(event.data["account_id"], event.data["version"]) for event in events}) == 20


@pytest.mark.alone
async def test_a_decision_begins_at_a_moment_that_whoever_asked_cannot_foresee(opened):
    pauses = []
    for _ in range(8):
        begun = time.perf_counter()
        await decide_soon(opened.identity)
        pauses.append(time.perf_counter() - begun)

    assert max(pauses) - min(pauses) > UNFORESEEN_SECONDS / 10
    assert min(pauses) < UNFORESEEN_SECONDS


async def test_what_cannot_be_sealed_stays_asked_for(identity_database, tmp_path):
    async with opened_identity(tmp_path, identity_database) as opened:
        await opened.enrol(email="marie@courriel.example")
    recipients = tmp_path / "public" / "sealing-recipients.json"
    whole = recipients.read_text()
    keys = [key for key in json.loads(whole)["keys"] if not key["kid"].startswith("notifications.")]
    alone = tmp_path / "public" / "without-notifications.json"
    alone.write_text(json.dumps({"keys": keys}))
    async with opened_identity(tmp_path, identity_database, sealing_recipients_file=alone) as opened:
        await _ask_directly(opened, "marie@courriel.example")
        with pytest.raises(CannotSeal):
            await opened.decide()
    async with opened_identity(tmp_path, identity_database) as opened:
        assert await opened.decide() == 1
        assert len(await opened.new_events()) == 1


async def test_after_a_rotation_of_the_keys_everybody_is_still_found(identity_database, tmp_path):
    async with opened_identity(tmp_path, identity_database) as opened:
        member = await opened.enrol(email="marie@courriel.example")
    file = tmp_path / "identity" / "data-keys.json"
    ring = json.loads(file.read_text())
    ring["keys"]["k2"] = base64.b64encode(b"2" * 32).decode()
    file.write_text(json.dumps(ring | {"current": "k2"}))
    async with opened_identity(tmp_path, identity_database) as opened:
        await _ask_directly(opened, "marie@courriel.example")
        await opened.decide()
        (event,) = await opened.new_events()

        assert event.data["email"] == member["email"]


async def test_an_address_whose_key_is_gone_is_replaced_by_a_letter(opened, client):
    member = await opened.enrol()
    async with opened.identity.database.transaction() as connection:
        await connection.execute("UPDATE accounts SET email_sealed = $1", b"k1:not a sealed value at all")

    assert await types_after(opened, client, "mgas", member["email"]) == ["letter.required.v1"]


async def test_a_request_for_a_brand_that_left_is_dropped(opened, client):
    member = await opened.enrol()
    await ask(client, "mgas", member["email"])
    brands = {name: policy for name, policy in opened.identity.brands.items() if name != "mgas"}
    opened.identity = replace(opened.identity, brands=brands)

    assert await opened.decide() == 1
    assert await opened.new_events() == []


async def test_a_choice_voids_every_other_link(opened, client):
    member = await opened.enrol()
    for _ in range(2):
        await ask(client, "mgas", member["email"])
    await opened.decide()
    first, second = [event.data["token"] for event in await opened.new_events()]

    assert (await redeem(client, "mgas", second)).status == 204
    assert (await redeem(client, "mgas", first)).code == "reset-token-invalid"


async def test_a_member_who_has_a_password_may_ask_again(opened, client):
    member = await with_password(opened, client)

    assert await types_after(opened, client, "mgas", member["email"]) == ["reset.requested.v1"]


async def _ask_directly(opened, identifier: str) -> None:
    await request_reset(opened.identity, brand="mgas", identifier=identifier, now=opened.clock.now())

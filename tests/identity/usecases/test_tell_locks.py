"""Whose account too many failures have closed is told, once a lock, and behind every answer."""

import asyncio
from datetime import timedelta
from typing import Any

from identity_service.store import tries
from identity_service.usecases.tell_locks import tell_locks

from tests.support.deed_steps import deeds
from tests.support.identity_fixtures import OpenedIdentity
from tests.support.identity_steps import mailed_token, redeem, sign_in, with_password


async def fail(opened: OpenedIdentity, client, member: dict[str, Any], times: int) -> None:
    identifier = member["email"] if member["brand"] == "mgas" else member["nir"]
    for _ in range(times):
        await sign_in(client, member["brand"], identifier, "une phrase de passe fausse")
        opened.clock.advance(hours=3)  # longer than any pause between tries


async def told(opened: OpenedIdentity) -> list[dict[str, Any]]:
    await tell_locks(opened.identity)
    return [event.data for event in await opened.new_events() if event.type == "account.locked.v1"]


async def test_the_owner_of_a_locked_account_is_told_once_at_the_known_address(opened, client):
    member = await with_password(opened, client)
    await fail(opened, client, member, 9)
    before = await told(opened)
    await fail(opened, client, member, 1)
    locked_at = opened.clock.now() - timedelta(hours=3)
    (event,) = await told(opened)
    (deed,) = await deeds(opened, "account_locked")

    assert before == []
    assert (event["member_id"], event["email"]) == (member["member_id"], member["email"])
    assert event["locked_at"] == locked_at.isoformat().replace("+00:00", "Z")
    assert (deed["actor"], deed["details"]) == ("system", {"lock_id": event["lock_id"]})
    assert deed["account_id"] == (await opened.account(member))["id"]
    await fail(opened, client, member, 2)
    assert await told(opened) == []


async def test_a_second_lock_is_told_again(opened, client):
    member = await with_password(opened, client)
    await fail(opened, client, member, 10)
    first = await told(opened)
    token = await mailed_token(opened, client, "mgas", member["email"])
    assert (await redeem(client, "mgas", token, "une autre phrase de passe")).status == 204
    await fail(opened, client, member, 10)
    second = await told(opened)

    assert (len(first), len(second)) == (1, 1)
    assert first[0]["lock_id"] != second[0]["lock_id"]


async def test_a_member_without_address_is_told_with_none_and_a_stranger_is_nobody(opened, client):
    member = await opened.enrol(brand="safiag", email=None)
    stranger = {"brand": "mgas", "email": "personne@courriel.example"}
    await fail(opened, client, member, 10)
    await fail(opened, client, stranger, 10)
    (event,) = await told(opened)

    assert (event["member_id"], event["email"]) == (member["member_id"], None)
    assert await opened.value("SELECT count(*) FROM tries WHERE failures >= 10 AND lock_told_at IS NULL") == 1


async def test_the_last_try_before_a_lock_may_still_be_right_and_then_there_was_no_lock(opened, client):
    member = await with_password(opened, client)
    await fail(opened, client, member, 9)
    account_id, lockout = (await opened.account(member))["id"], opened.identity.brands["mgas"].lockout
    async with opened.identity.database.transaction() as connection:
        number = await tries.count(connection, account_id, now=opened.clock.now(), lockout=lockout)
    in_flight = await told(opened)
    async with opened.identity.database.transaction() as connection:
        await tries.clear_failures(connection, account_id, number=number, lockout=lockout)
    opened.clock.advance(minutes=5)

    assert number == 10
    assert in_flight == []
    assert await told(opened) == []


async def test_two_workers_tell_each_lock_once(opened, client):
    members = [await with_password(opened, client) for _ in range(3)]
    for member in members:
        await fail(opened, client, member, 10)
    await opened.new_events()
    numbers = await asyncio.gather(*(tell_locks(opened.identity) for _ in range(4)))

    assert sum(numbers) == 3
    assert {event.data["member_id"] for event in await opened.new_events()} == {one["member_id"] for one in members}

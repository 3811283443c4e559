"""Many requests for new passwords from one address: work after some, then a stop; a network that guessed may still ask."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.identity_fixtures import OpenedIdentity
from tests.support.identity_steps import SIX_DIGITS, redeem
from tests.support.limits_steps import ask_reset, behind_a_proxy, client_under, nir, solution_in, try_password


@pytest.fixture
async def opened(identity_database: str, tmp_path: Path) -> AsyncIterator[OpenedIdentity]:
    """Identity which believes what these tests say of their addresses, under the limits that are shipped."""
    async with behind_a_proxy(tmp_path, identity_database) as made:
        yield made


async def test_a_network_that_may_try_no_more_can_still_ask_for_a_new_password(opened):
    member = await opened.enrol(brand="safiag")
    async with client_under(opened, tries={"address_challenge_at": 2, "address_stop_at": 2}) as client:
        for number in range(2):
            await try_password(client, member["nir"], f"{500_000 + number}")

        assert (await try_password(client, member["nir"], "500003")).status == 429
        assert (await ask_reset(client, member["nir"])).status == 202
        await opened.decide()
        (event,) = await opened.new_events()
        async with client.get("/v1/safiag/sign-in-policy") as response:
            assert response.status == 200
        redeemed = await redeem(client, "safiag", event.data["token"], SIX_DIGITS)  # from an address of its own

    assert redeemed.status == 204


async def test_requests_for_resets_from_one_address_need_work_after_some(opened):
    async with client_under(opened, resets={"address_challenge_at": 3, "address_stop_at": 4}) as client:
        answers = [await ask_reset(client, nir(number)) for number in range(4)]

        assert [answer.status for answer in answers] == [202, 202, 202, 403]

        solved = await ask_reset(client, nir(3), challenge=solution_in(answers[-1]))
        stopped = await ask_reset(client, nir(4))
        opened.clock.advance(hours=1)
        later = await ask_reset(client, nir(4))

    assert (solved.status, stopped.status, later.status) == (202, 429, 202)
    assert await opened.value("SELECT count(*) FROM reset_requests") == 5


async def test_parallel_requests_for_resets_are_counted_one_by_one(opened):
    async with client_under(opened, resets={"address_challenge_at": 5}) as client:
        answers = await asyncio.gather(*(ask_reset(client, nir(number)) for number in range(40)))

    assert sorted(answer.status for answer in answers) == [202] * 5 + [403] * 35


async def test_a_repeated_idempotency_key_is_neither_counted_nor_a_way_around(opened):
    async with client_under(opened, resets={"address_challenge_at": 2}) as client:
        keyed = {"headers": {"Idempotency-Key": "once"}}
        repeated = [await ask_reset(client, nir(1), **keyed) for _ in range(5)]
        second = await ask_reset(client, nir(2))
        refused = await ask_reset(client, nir(3), headers={"Idempotency-Key": "another"})
        again = await ask_reset(client, nir(3), headers={"Idempotency-Key": "another"})
        kept = await ask_reset(client, nir(1), **keyed)

    assert {answer.status for answer in repeated} == {202}
    assert (second.status, refused.status, again.status, kept.status) == (202, 403, 403, 202)
    assert await opened.value("SELECT count(*) FROM reset_requests") == 2

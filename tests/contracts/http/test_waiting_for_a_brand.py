"""Calls that change members wait for their brand's lock, but never with all the connections of the process, nor for long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from contracts_service.store import members

from tests.support.beneficiary_steps import Asking
from tests.support.household import Household


@asynccontextmanager
async def brand_held(household: Household) -> AsyncIterator[None]:
    """Hold the lock of the brand's members, as a chunk of a file does."""
    async with household.contracts.service.database.transaction() as connection:
        await members.lock_brand(connection, "mgas")
        yield


async def test_one_member_s_parallel_calls_leave_connections_to_others_and_end_soon(household: Household):
    asking = await Asking.of(household)
    path = "/v1/me/contact-details/email-confirmation"
    async with brand_held(household):
        calls = [asyncio.create_task(household.call("POST", path, None, asking.headers())) for _ in range(15)]
        await asyncio.sleep(0.3)
        async with asyncio.timeout(6):
            status, _ = await household.contracts.get("/v1/me/contact-details", asking.headers())
        async with asyncio.timeout(20):
            answers = await asyncio.gather(*calls)
    afterwards, _ = await household.call("POST", path, None, asking.headers())

    assert status == 200
    assert {(one, answer["code"]) for one, answer in answers} == {(503, "temporarily-unavailable")}
    assert afterwards == 200


async def test_what_is_not_there_is_told_without_a_wait(household: Household):
    asking = await Asking.of(household)
    recap = {"recap_digest": "0" * 64}
    async with brand_held(household), asyncio.timeout(6):
        nothing, _ = await household.call(
            "POST", f"/v1/me/terminations/{uuid4()}/confirmation", recap, asking.headers()
        )
        nobody, _ = await asking.accept(str(uuid4()), "2026-12-01")

    assert (nothing, nobody) == (404, 404)

"""Idempotency-Key: a file that is sent twice is imported once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from tests.support.contracts_fixtures import FixedClock, OpenContracts, enrolment_line, ndjson
from tests.support.waiting import eventually

KEY = {"Idempotency-Key": "nightly-2026-11-21"}
BODY = ndjson([enrolment_line(1)])
OTHER = ndjson([enrolment_line(2)])


async def imports(contracts: OpenContracts) -> int:
    return len(await contracts.fetch("SELECT FROM imports"))


async def test_the_same_key_and_file_get_the_first_answer(contracts: OpenContracts) -> None:
    first = await contracts.send(BODY, headers=KEY)
    second = await contracts.send(BODY, headers=KEY)

    assert (first, first[1]["accepted"], await imports(contracts)) == (second, 1, 1)


async def test_the_same_key_with_another_file_is_refused(contracts: OpenContracts) -> None:
    await contracts.send(BODY, headers=KEY)
    status, answer = await contracts.send(OTHER, headers=KEY)

    assert (status, answer["code"], await imports(contracts)) == (422, "idempotency-key-reused", 1)
    assert len(await contracts.fetch("SELECT FROM members")) == 1


async def test_without_a_key_the_same_file_is_another_import(contracts: OpenContracts) -> None:
    first, second = await contracts.send(BODY), await contracts.send(BODY)

    assert first[1]["id"] != second[1]["id"]
    assert second[1]["unchanged"] == 1


async def test_a_key_belongs_to_one_brand(contracts: OpenContracts) -> None:
    await contracts.send(BODY, headers=KEY)

    assert (await contracts.send(OTHER, "demo", headers=KEY))[1]["accepted"] == 1


async def test_a_key_is_free_again_after_a_day(contracts: OpenContracts) -> None:
    await contracts.send(BODY, headers=KEY)
    clock = contracts.service.foundation.clock
    assert isinstance(clock, FixedClock)
    clock.instant += timedelta(hours=25)

    assert (await contracts.send(OTHER, headers=KEY))[1]["accepted"] == 1


async def test_a_key_that_nobody_can_have_meant_is_refused(contracts: OpenContracts) -> None:
    status, answer = await contracts.send(BODY, headers={"Idempotency-Key": "k" * 201})

    assert (status, answer["code"], await imports(contracts)) == (400, "invalid-idempotency-key", 0)


async def test_while_the_first_upload_goes_on_the_second_is_put_off(contracts: OpenContracts) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield BODY[:10]
        begun.set()
        await go_on.wait()
        yield BODY[10:]

    first = asyncio.create_task(contracts.send(slowly(), headers=KEY))
    await begun.wait()
    await eventually(lambda: imports(contracts), bool)
    status, answer = await contracts.send(BODY, headers=KEY)
    go_on.set()

    assert (status, answer["code"]) == (409, "idempotency-key-in-progress")
    assert (await first)[1]["accepted"] == 1


async def test_a_key_survives_an_upload_that_was_refused(contracts: OpenContracts) -> None:
    await contracts.send(BODY, headers={**KEY, "Content-Type": "text/plain"})

    assert (await contracts.send(OTHER, headers=KEY))[1]["accepted"] == 1

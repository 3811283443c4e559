"""Each event of an account has a number of its own, whoever draws it."""

import asyncio

from identity_service.store import accounts


async def test_each_place_draws_its_own_number(opened):
    one, other = [(await opened.account(await opened.enrol()))["id"] for _ in range(2)]
    async with opened.identity.database.transaction() as connection:
        assert await accounts.draw_versions(connection, [one, other, one, one]) == [1, 1, 2, 3]
        assert await accounts.draw_versions(connection, [other, one]) == [2, 4]


async def test_two_workers_draw_for_the_same_accounts_without_waiting_in_a_circle(opened):
    ids = [(await opened.account(await opened.enrol()))["id"] for _ in range(20)]

    async def draw(order: list) -> list[int]:
        async with opened.identity.database.transaction() as connection:
            return await accounts.draw_versions(connection, order)

    drawn = await asyncio.wait_for(
        asyncio.gather(*(draw(ids if turn % 2 else ids[::-1]) for turn in range(10))), timeout=10
    )

    assert sorted(number for batch in drawn for number in batch) == sorted(list(range(1, 11)) * 20)

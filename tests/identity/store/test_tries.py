"""Counting tries: before they are looked at, whoever is meant, over all paths."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from identity_service.domain.brand_policy import Lockout
from identity_service.store import tries

from tests.support.identity_fixtures import START, OpenedIdentity

LOCKOUT = Lockout(delay_from_failure=3, first_delay_seconds=60, disable_at_failures=10, tries_per_day=25)


async def attempt(opened: OpenedIdentity, subject: UUID, seconds: float = 0, lockout: Lockout = LOCKOUT) -> bool:
    async with opened.identity.database.transaction() as connection:
        number = await tries.count(connection, subject, now=START + timedelta(seconds=seconds), lockout=lockout)
    return number is not None


async def test_from_the_third_failure_on_each_one_doubles_the_pause(opened):
    subject, at, pauses = uuid4(), 0.0, []
    for _ in range(9):
        assert await attempt(opened, subject, at)
        until = await opened.value("SELECT try_not_before FROM tries WHERE subject = $1", subject)
        pauses.append(0.0 if until is None else (until - START).total_seconds() - at)
        at += pauses[-1]

    assert pauses == [0, 0, 60, 120, 240, 480, 960, 1920, 3840]


async def test_a_try_during_the_pause_is_neither_allowed_nor_counted(opened):
    subject = uuid4()
    for _ in range(3):
        assert await attempt(opened, subject)

    assert not await attempt(opened, subject, 59.9)
    assert await opened.value("SELECT failures FROM tries WHERE subject = $1", subject) == 3
    assert await attempt(opened, subject, 60)


async def test_after_ten_failures_no_pause_is_long_enough(opened):
    subject = uuid4()
    for number in range(10):
        assert await attempt(opened, subject, number * 5000)

    assert not await attempt(opened, subject, 10 * 365 * 86_400)


async def test_of_two_hundred_tries_at_once_three_are_looked_at(opened):
    subject = uuid4()
    allowed = await asyncio.gather(*(attempt(opened, subject) for _ in range(200)))

    assert sum(allowed) == 3


async def test_where_the_first_failure_already_delays_one_is_looked_at(opened):
    subject, strict = uuid4(), Lockout(delay_from_failure=1)
    allowed = await asyncio.gather(*(attempt(opened, subject, lockout=strict) for _ in range(50)))

    assert sum(allowed) == 1


async def test_a_success_does_not_open_what_later_tries_have_closed(opened):
    subject = uuid4()
    for number in range(10):
        assert await attempt(opened, subject, number * 5000)
    async with opened.identity.database.transaction() as connection:
        ninth = await tries.clear_failures(connection, subject, number=9, lockout=LOCKOUT)
        tenth = await tries.clear_failures(connection, subject, number=10, lockout=LOCKOUT)

    assert (ninth, tenth) == (False, True)


async def test_tries_that_were_right_count_for_the_day(opened):
    subject = uuid4()
    for number in range(25):
        assert await attempt(opened, subject, number)
        async with opened.identity.database.transaction() as connection:
            assert await tries.clear_failures(connection, subject, number=1, lockout=LOCKOUT)

    assert not await attempt(opened, subject, 86_399)
    assert await attempt(opened, subject, 86_400)
    assert await opened.value("SELECT day_tries FROM tries WHERE subject = $1", subject) == 1


async def test_one_subject_says_nothing_about_another(opened):
    one, other = uuid4(), uuid4()
    for _ in range(3):
        await attempt(opened, one)

    assert await attempt(opened, other)


@pytest.mark.parametrize("known", [True, False])
async def test_a_subject_costs_the_same_write_whether_it_has_an_account_or_not(opened, known):
    subject = (await opened.account(await opened.enrol()))["id"] if known else uuid4()
    before = await opened.value("SELECT count(*) FROM tries")
    await attempt(opened, subject)

    assert await opened.value("SELECT count(*) FROM tries") == before + 1


async def test_housekeeping_keeps_an_accounts_failures_and_drops_the_rest(opened):
    account, idle_account = [(await opened.account(await opened.enrol()))["id"] for _ in range(2)]
    stranger, late = uuid4(), uuid4()
    for subject in (account, idle_account, stranger):
        await attempt(opened, subject)
    await attempt(opened, late, 86_400)
    async with opened.identity.database.transaction() as connection:
        await tries.clear_failures(connection, idle_account, number=1, lockout=LOCKOUT)
        await tries.forget_idle(connection, before=START + timedelta(hours=1))
        left = {row["subject"] for row in await connection.fetch("SELECT subject FROM tries")}

    assert left == {account, late}

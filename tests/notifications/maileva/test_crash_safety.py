"""A worker that dies, freezes or loses its connection at any step: each letter is submitted once, and no draft is left behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from notifications_service.usecases.submit_letters import submit_letters

from tests.support.maileva_stand_in import MailevaStandIn
from tests.support.notifications_fixtures import RunningNotifications
from tests.support.submitted_letters_steps import (
    attempts,
    batch,
    follow_all,
    require_letters,
    states,
    submit_all,
    submitting_service,
)
from tests.support.waiting import eventually

STEPS = ["create", "document", "recipient", "submit"]
# Each lock makes a worker wait at one place in the database, where it then dies.
LOCKS = {
    "the draft is noted": "LOCK TABLE submitted_letters IN SHARE MODE",
    "the sending is chosen": "SELECT FROM deliveries FOR UPDATE",
    "the hand-over is noted": "LOCK TABLE delivery_attempts IN SHARE MODE",
}
SEEN = {"the draft is noted": "create", "the sending is chosen": "recipient", "the hand-over is noted": "submit"}


@pytest.fixture
async def second(
    tmp_path: Path, notifications_url: str, provider: MailevaStandIn, service: RunningNotifications
) -> AsyncIterator[RunningNotifications]:
    """Another worker on the same database, with the same provider, on the same time."""
    async with submitting_service(tmp_path, notifications_url, provider, clock=service.clock) as running:
        yield running


async def each_letter_was_submitted_once(
    service: RunningNotifications, provider: MailevaStandIn, letters: list[object]
) -> None:
    await follow_all(service)
    pages = [len(one.documents) + len(one.recipients) for one in provider.sendings.values()]

    assert provider.submitted == {str(letter): 1 for letter in letters}
    assert provider.drafts() == []
    assert pages == [2] * len(letters)
    assert await states(service) == ["handed_over"]


async def in_the_middle_of(provider: MailevaStandIn, step: str, worker: RunningNotifications) -> asyncio.Task[int]:
    """Let a worker come to a call, and hold it there until the test is over."""
    reached, never = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        if not reached.is_set():
            reached.set()
            await never.wait()

    provider.before[step] = hold
    dying = asyncio.create_task(submit_letters(worker.notifications))
    await asyncio.wait_for(reached.wait(), 10)
    return dying


@pytest.mark.parametrize("after", [False, True], ids=["before it is done", "after it was done"])
@pytest.mark.parametrize("step", STEPS)
async def test_a_connection_that_breaks_at_any_call_submits_nothing_twice(
    service: RunningNotifications, provider: MailevaStandIn, step: str, after: bool
):
    letters = await require_letters(service, 3)
    await batch(service)
    provider.fail(step, after=after)
    await submit_all(service)
    service.clock.advance(seconds=60)
    await submit_all(service)

    await each_letter_was_submitted_once(service, provider, letters)


@pytest.mark.parametrize("step", STEPS)
async def test_a_worker_that_dies_in_any_call_is_relieved(
    service: RunningNotifications, second: RunningNotifications, provider: MailevaStandIn, step: str
):
    letters = await require_letters(service, 3)
    await batch(service)
    dying = await in_the_middle_of(provider, step, service)
    dying.cancel()
    await asyncio.wait([dying])
    service.clock.advance(seconds=61)
    await submit_all(second)

    await each_letter_was_submitted_once(second, provider, letters)


@pytest.mark.parametrize("place", LOCKS)
async def test_a_worker_that_dies_before_it_notes_what_it_did_is_relieved(
    service: RunningNotifications, second: RunningNotifications, provider: MailevaStandIn, place: str
):
    letters = await require_letters(service, 1)
    await batch(service)

    async def calls() -> list[str]:
        return provider.calls

    async with service.notifications.database.transaction() as connection:
        if place != "the draft is noted":
            await connection.execute(LOCKS[place])
        else:
            provider.before["create"] = lambda: connection.execute(LOCKS[place])
        dying = asyncio.create_task(submit_letters(service.notifications))
        await eventually(calls, lambda made: SEEN[place] in made)
        await asyncio.sleep(0.1)  # its answer arrives, and the worker comes to the lock
        dying.cancel()
        await asyncio.sleep(0)
    await asyncio.wait([dying])
    provider.before.clear()
    service.clock.advance(seconds=61)
    await submit_all(second)

    await each_letter_was_submitted_once(second, provider, letters)


@pytest.mark.parametrize("step", STEPS)
async def test_a_worker_that_thaws_after_its_lease_submits_nothing_more(
    service: RunningNotifications, second: RunningNotifications, provider: MailevaStandIn, step: str
):
    (letter,) = await require_letters(service, 1)
    await batch(service)
    reached, thawed = asyncio.Event(), asyncio.Event()

    async def freeze() -> None:
        if not reached.is_set():
            reached.set()
            await thawed.wait()

    provider.before[step] = freeze
    frozen = asyncio.create_task(submit_letters(service.notifications))
    await asyncio.wait_for(reached.wait(), 10)
    service.clock.advance(seconds=61)
    await submit_all(second)
    thawed.set()
    await frozen
    await submit_all(service)

    await each_letter_was_submitted_once(second, provider, [letter])
    assert await attempts(second, letter) == [("handed-over", None)]


async def test_two_workers_submit_each_letter_once(
    service: RunningNotifications, second: RunningNotifications, provider: MailevaStandIn
):
    letters = await require_letters(service, 24)
    await batch(service)

    async def has_nothing_left() -> bool:
        await asyncio.gather(submit_all(service), submit_all(second))
        return await states(service) == ["handed_over"]

    assert await eventually(has_nothing_left, bool, within=30)
    await each_letter_was_submitted_once(service, provider, letters)


async def test_a_provider_that_knows_our_id_already_is_asked_which_sending_it_is(
    service: RunningNotifications, provider: MailevaStandIn
):
    (letter,) = await require_letters(service, 1)
    await batch(service)
    provider.refuses_known_custom_ids = True
    provider.fail("create", after=True)  # there is a draft now, and nobody knows its id
    await submit_all(service)
    service.clock.advance(seconds=60)
    await submit_all(service)

    assert [one.documents for one in provider.deleted] == [[]]
    await each_letter_was_submitted_once(service, provider, [letter])


async def test_a_database_put_back_from_a_backup_finds_what_has_left_when_it_is_told_to_look(
    tmp_path: Path, notifications_url: str, provider: MailevaStandIn
):
    async with submitting_service(tmp_path, notifications_url, provider, maileva_look_up="always") as service:
        (letter,) = await require_letters(service, 1)
        await batch(service)
        backup = await service.rows("SELECT content_sealed FROM deliveries WHERE id = $1", letter)
        await submit_all(service)
        await service.rows("DELETE FROM submitted_letters RETURNING letter_id")
        await service.rows("UPDATE print_batches SET state = 'printing' RETURNING id")
        restored = "UPDATE deliveries SET state = 'batched', content_sealed = $1, sent_at = NULL RETURNING id"
        await service.rows(restored, backup[0]["content_sealed"])
        service.clock.advance(seconds=61)
        await submit_all(service)

        assert provider.calls.count("create") == 1
        await each_letter_was_submitted_once(service, provider, [letter])

"""A worker process that is killed in the middle of its submissions: the next one ends them, each letter once."""

from pathlib import Path

import pytest

from tests.support.maileva_stand_in import MailevaStandIn
from tests.support.notifications_process import SHORT, worker_process
from tests.support.submitted_letters_steps import (
    batch,
    follow_all,
    require_letters,
    states,
    submit_all,
    submitting_service,
)
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow

LETTERS = 12


async def test_a_worker_that_is_killed_submits_nothing_twice_and_loses_nothing(
    tmp_path: Path, notifications_url: str, provider: MailevaStandIn
):
    async with submitting_service(tmp_path, notifications_url, provider, **SHORT) as relief:
        letters = await require_letters(relief, LETTERS)
        await batch(relief)
        provider.fail("submit", seconds=0.3, status=200, after=True, times=3)  # time to die in

        async def submissions() -> int:
            return provider.submitted.total()

        with worker_process(relief.settings, log=tmp_path / "killed.log") as worker:
            before = await eventually(submissions, bool, within=30)
            worker.kill()
            worker.wait()
        noted = await relief.rows("SELECT id FROM deliveries WHERE state = 'handed_over'")

        async def all_left() -> bool:
            await submit_all(relief)
            return await states(relief) == ["handed_over"]

        relieved = await eventually(all_left, bool, within=30)
        await follow_all(relief)

        assert len(noted) < before <= LETTERS  # it died between what it did and its note
        assert relieved
        assert provider.submitted == {str(letter): 1 for letter in letters}
        assert provider.drafts() == []

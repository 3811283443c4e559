"""A worker process that freezes (a paused machine, a swap storm) past its lease: it must not hand a batch over again."""

import signal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    member_enrolled,
    running_notifications,
)
from tests.support.notifications_process import SHORT, worker_process
from tests.support.smtp_server import RecordingSmtpServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow

LETTERS = 100  # about a second of drawing, in which the worker is stopped


async def letters(service: RunningNotifications) -> None:
    for number in range(LETTERS):
        member_id = uuid4()
        await service.hear(member_enrolled(member_id=member_id, last_name=f"Núñez-{number}"))
        await service.hear(letter_required(member_id=member_id))


async def test_a_worker_frozen_past_its_lease_does_not_print_what_another_has_handed_over(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    log, taken = tmp_path / "frozen.log", tmp_path / "taken"
    async with running_notifications(tmp_path, notifications_url, relay.url, **SHORT) as relief:
        await letters(relief)

        async def batch() -> dict[str, Any] | None:
            found = await relief.rows("SELECT attempts, chosen_attempt FROM print_batches")
            return found[0] if found else None

        async def aftermath() -> bool:
            finished = [folder for folder in relief.batches() if folder.suffix != ".tmp"]
            return "lease_passed_on" in log.read_text() or finished != []

        with worker_process(relief.settings, log=log) as frozen:
            before = await eventually(batch, lambda row: row is not None and row["attempts"] == 1, within=30)
            frozen.send_signal(signal.SIGSTOP)
            done = await eventually(relief.hand_over, bool, within=30)  # as soon as the lease has gone
            (folder,) = relief.batches()
            folder.rename(taken)
            frozen.send_signal(signal.SIGCONT)
            await eventually(aftermath, bool, within=30)
        rows = await relief.rows("SELECT DISTINCT state FROM deliveries")

    assert before == {"attempts": 1, "chosen_attempt": None}
    assert done == LETTERS
    assert len(list(taken.glob("*.pdf"))) == LETTERS
    assert relief.batches() == []
    assert rows == [{"state": "handed_over"}]

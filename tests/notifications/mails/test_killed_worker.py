"""A worker process that is killed in the middle of a mail: the mail is sent again, once, and recognised as the same."""

from pathlib import Path

import pytest

from tests.support.notifications_fixtures import reset_requested, running_notifications
from tests.support.notifications_process import SHORT, worker_process
from tests.support.smtp_server import RecordingSmtpServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow


async def test_a_mail_of_a_killed_worker_is_sent_again_once_under_the_same_message_id(
    tmp_path: Path, notifications_url: str
):
    async with (
        RecordingSmtpServer() as relay,
        running_notifications(tmp_path, notifications_url, relay.url, **SHORT) as running,
    ):
        relay.drop_after_data(times=1)  # the relay has the mail, and nobody will ever know
        event = reset_requested()
        await running.hear(event)
        with worker_process(running.settings) as first:
            await relay.received(1, seconds=30)
            first.kill()
        with worker_process(running.settings):
            mails = await relay.received(2, seconds=30)
            row = await eventually(lambda: running.delivery(event.reset_id), lambda row: row["state"] == "sent")
        outcomes = await running.outcomes(event.reset_id)

    assert len(mails) == 2
    assert mails[0].message["Message-ID"] == mails[1].message["Message-ID"] == row["message_id"]
    assert (row["state"], row["content_sealed"]) == ("sent", None)
    assert outcomes[-1] == "sent"
    assert outcomes[0] in {"interrupted", "possibly-sent"}


async def test_a_worker_killed_while_the_relay_thinks_leaves_no_row_behind(tmp_path: Path, notifications_url: str):
    async with (
        RecordingSmtpServer() as relay,
        running_notifications(tmp_path, notifications_url, relay.url, **SHORT) as running,
    ):
        relay.slowness = 30
        event = reset_requested()
        await running.hear(event)
        with worker_process(running.settings) as first:
            await eventually(lambda: running.delivery(event.reset_id), lambda row: row["state"] == "sending", within=30)
            first.kill()
            first.wait()
        relay.behave()
        with worker_process(running.settings):
            await relay.received(1, seconds=30)
            row = await eventually(lambda: running.delivery(event.reset_id), lambda row: row["state"] == "sent")
        outcomes = await running.outcomes(event.reset_id)

    assert len(relay.mails) == 1
    assert row["state"] == "sent"
    assert outcomes == ["interrupted", "sent"]

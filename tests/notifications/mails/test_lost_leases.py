"""A worker that freezes, or loses its database, in the middle of a mail: never a mail once its lease has gone."""

import asyncio
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from notifications_service.channels.smtp_session import LeaseGone, OutgoingMail, SmtpSession
from service_kit.clock import SystemClock

from tests.support.mail_steps import HangingRelay
from tests.support.notifications_fixtures import reset_requested, running_notifications
from tests.support.notifications_process import SHORT, worker_process
from tests.support.smtp_server import ReceivedMail, RecordingSmtpServer
from tests.support.tcp_proxy import TcpProxy
from tests.support.waiting import eventually

MAIL = OutgoingMail("bounces@mgas.example", "zoe@example.org", b"Subject: x\r\n\r\n.leading dot\r\n", False)


async def test_a_lease_that_ends_while_the_mail_is_on_its_way_ends_the_mail_before_its_last_line(
    relay: RecordingSmtpServer, service
):
    session = SmtpSession(service.settings.relays()[0], SystemClock())
    answers = iter([True, False])
    with pytest.raises(LeaseGone):
        await session.send(MAIL, may_still_send=lambda: next(answers))
    after_that = await session.send(MAIL, may_still_send=lambda: True)
    await session.quit()

    assert [mail.raw for mail in relay.mails] == [MAIL.content]
    assert after_that.code == 250


@pytest.mark.slow
async def test_a_worker_frozen_past_its_lease_does_not_send_what_another_has_sent(
    tmp_path: Path, notifications_url: str
):
    async with (
        HangingRelay() as relay,
        running_notifications(tmp_path, notifications_url, relay.url, **SHORT) as relief,
    ):
        relay.hangs_on = {"zoe@example.org"}
        event, next_one = reset_requested(email="zoe@example.org"), reset_requested(email="paul@example.org")
        await relief.hear(event)
        with worker_process(relief.settings) as frozen:
            await eventually(relay.hangs, bool, within=30)
            frozen.send_signal(signal.SIGSTOP)
            relay.hangs_on = set()
            await eventually(relief.send_mails, bool, within=30)  # as soon as the lease has gone
            sent_by_relief = len(relay.mails)
            relay.goes_on.set()  # what the frozen worker hears first, when it thaws
            frozen.send_signal(signal.SIGCONT)
            await relief.hear(next_one)  # nobody but the thawed worker is there to send it
            await eventually(lambda: relief.outcomes(next_one.reset_id), bool, within=30)
        outcomes = [await relief.outcomes(one.reset_id) for one in (event, next_one)]

    assert sent_by_relief == 1
    assert [mail.recipients for mail in relay.mails] == [("zoe@example.org",), ("paul@example.org",)]
    assert outcomes == [["interrupted", "sent"], ["sent"]]


class SlowToThank(RecordingSmtpServer):
    """A relay that has the first mail, and takes its time to say so."""

    thanks = asyncio.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        if len(self.mails) == 1:
            await self.thanks.wait()
        return answer


@pytest.mark.slow
async def test_a_worker_frozen_while_the_relay_has_the_mail_costs_one_copy_which_is_recognised(
    tmp_path: Path, notifications_url: str
):
    async with (
        SlowToThank() as relay,
        running_notifications(tmp_path, notifications_url, relay.url, **SHORT) as relief,
    ):
        event = reset_requested()
        await relief.hear(event)
        with worker_process(relief.settings) as frozen:
            await relay.received(1, seconds=30)
            frozen.send_signal(signal.SIGSTOP)
            await eventually(relief.send_mails, bool, within=30)
            relay.thanks.set()
            frozen.send_signal(signal.SIGCONT)
            outcomes = await eventually(lambda: relief.outcomes(event.reset_id), lambda found: len(found) == 3)
        row = await relief.delivery(event.reset_id)

    assert len({mail.message["Message-ID"] for mail in relay.mails}) == 1
    assert len(relay.mails) == 2
    # Thawed, it either hears the relay's thanks, or is told first that it has waited too long for them.
    assert sorted(outcomes) in (["interrupted", "sent", "sent"], ["interrupted", "possibly-sent", "sent"])
    assert (row["state"], row["next_attempt_at"], row["leased_until"]) == ("sent", None, None)


async def test_a_worker_that_loses_its_database_in_the_middle_notes_what_was_sent_and_sends_it_once(
    tmp_path: Path, notifications_url: str
):
    server = urlsplit(notifications_url)
    async with TcpProxy(str(server.hostname), server.port or 5432) as cable:
        url = server._replace(netloc=server.netloc.rpartition(":")[0] + f":{cable.port}").geturl()

        def cut(_mail: ReceivedMail) -> None:
            if not relay.mails:
                cable.refuse()

        async with (
            RecordingSmtpServer(on_mail=cut) as relay,
            running_notifications(tmp_path, url, relay.url, **SHORT) as running,
        ):
            event = reset_requested()
            await running.hear(event)
            sending = asyncio.create_task(running.send_mails())
            await relay.received(1)
            await asyncio.sleep(2.5)  # longer than the lease
            await cable.heal()
            await running.send_mails()  # the lease is over, and what was sent is not noted yet
            await sending
            row = await running.delivery(event.reset_id)
            outcomes = await running.outcomes(event.reset_id)

    assert (row["state"], row["content_sealed"], len(relay.mails)) == ("sent", None, 1)
    assert outcomes == ["sent"]

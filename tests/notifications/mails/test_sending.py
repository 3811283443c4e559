"""Mails on their way: sent once, tried again, given up; each answer of the relay has its consequence."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from notifications_service.usecases.measure_waiting import measure_waiting
from prometheus_client import REGISTRY, generate_latest

from tests.support.notifications_fixtures import RunningNotifications, reset_requested, running_notifications
from tests.support.smtp_server import RecordingSmtpServer
from tests.support.waiting import eventually


@pytest.fixture
async def second(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer, service: RunningNotifications
) -> AsyncIterator[RunningNotifications]:
    """Another worker on the same database, on the same time."""
    async with running_notifications(tmp_path, notifications_url, relay.url, clock=service.clock) as running:
        yield running


async def test_two_workers_send_each_mail_once(
    service: RunningNotifications, second: RunningNotifications, relay: RecordingSmtpServer
):
    events = [reset_requested(email=f"zoe.{number}@example.org") for number in range(60)]
    for event in events:
        await service.hear(event)

    shares = await asyncio.gather(service.send_mails(), second.send_mails())
    addresses = sorted(mail.recipients[0] for mail in relay.mails)

    assert addresses == sorted(event.email for event in events)
    assert sum(shares) == 60
    assert min(shares) > 0
    assert await service.rows("SELECT DISTINCT state, content_sealed FROM deliveries") == [
        {"state": "sent", "content_sealed": None}
    ]


async def test_a_mail_that_is_refused_for_now_is_accepted_thirty_seconds_later(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients("451 4.7.1 <zoelig.nunez@example.org>: greylisted", times=1)
    event = reset_requested()
    await service.hear(event)
    await service.send_mails()
    waiting = await service.delivery(event.reset_id)
    at_once = await service.send_mails()
    service.clock.advance(seconds=30)
    await service.send_mails()
    sent = await service.delivery(event.reset_id)

    assert (waiting["state"], waiting["attempts"], waiting["last_reply"]) == ("delayed", 1, "451 4.7.1")
    assert waiting["content_sealed"] is not None
    assert at_once == 0
    assert (sent["state"], sent["attempts"], len(relay.mails)) == ("sent", 2, 1)
    assert await service.outcomes(event.reset_id) == ["temporary", "sent"]


async def test_an_unknown_address_ends_the_mail_and_blanks_its_secret(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients("550 5.1.1 unknown user")
    event = reset_requested()
    await service.hear(event)
    await service.send_mails()
    service.clock.advance(minutes=30)
    again = await service.send_mails()
    row = await service.delivery(event.reset_id)

    assert (row["state"], row["failure"], row["last_reply"]) == ("failed", "no-such-address", "550 5.1.1")
    assert (row["content_sealed"], row["failed_at"] is not None, again) == (None, True, 0)


async def test_a_mail_that_is_refused_as_spam_does_not_stop_the_next(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_mails("554 5.7.1 spam", times=1)
    first, next_one = reset_requested(), reset_requested(email="paul@example.org")
    await service.hear(first)
    await service.send_mails()
    await service.hear(next_one)
    await service.send_mails()
    rows = [await service.delivery(event.reset_id) for event in (first, next_one)]

    assert [(row["state"], row["failure"]) for row in rows] == [("failed", "refused-by-relay"), ("sent", None)]


async def test_a_mail_whose_answer_is_lost_is_sent_again_under_the_same_message_id(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.drop_after_data(times=1)
    event = reset_requested()
    await service.hear(event)
    await service.send_mails()
    between = await service.delivery(event.reset_id)
    service.clock.advance(seconds=30)
    await service.send_mails()
    first, copy = relay.mails

    assert (between["state"], between["content_sealed"] is not None) == ("possibly_sent", True)
    assert first.message["Message-ID"] == copy.message["Message-ID"] == between["message_id"]
    assert first.raw == copy.raw
    assert (await service.delivery(event.reset_id))["state"] == "sent"
    assert await service.outcomes(event.reset_id) == ["possibly-sent", "sent"]


async def test_a_mail_is_given_up_before_its_link_expires(service: RunningNotifications, relay: RecordingSmtpServer):
    relay.refuse_recipients("451 4.3.0 later")
    event = reset_requested()
    await service.hear(event)
    tries = 0
    for _ in range(60):
        tries += await service.send_mails()
        service.clock.advance(minutes=1)
    row = await service.delivery(event.reset_id)

    assert (row["state"], row["failure"], row["content_sealed"]) == ("failed", "gave-up", None)
    assert tries == row["attempts"] == 7  # at once, and after 30 s, 1, 2, 5, 10 and 20 minutes


async def test_a_row_of_a_worker_that_died_is_sent_again_once_its_lease_has_gone(
    service: RunningNotifications, second: RunningNotifications, relay: RecordingSmtpServer
):
    relay.slowness = 30
    event = reset_requested()
    await service.hear(event)
    dying = asyncio.create_task(service.send_mails())
    await eventually(lambda: service.delivery(event.reset_id), lambda row: row["state"] == "sending")
    await asyncio.sleep(0.3)  # by now the relay has the mail, and does not answer
    dying.cancel()
    await asyncio.wait([dying])
    relay.behave()
    too_early = await second.send_mails()
    service.clock.advance(seconds=60)
    await second.send_mails()
    await second.send_mails()

    assert too_early == 0
    assert len(relay.mails) == 1
    assert await service.outcomes(event.reset_id) == ["interrupted", "sent"]


async def test_a_worker_whose_lease_has_passed_on_changes_nothing_but_that_a_mail_was_sent(
    service: RunningNotifications, second: RunningNotifications, relay: RecordingSmtpServer
):
    relay.slowness = 0.3
    relay.refuse_mails("451 4.3.0 later", times=1)
    event = reset_requested()
    await service.hear(event)
    slow = asyncio.create_task(service.send_mails())
    await asyncio.sleep(0.15)
    service.clock.advance(seconds=61)
    await second.send_mails()
    await slow
    row = await service.delivery(event.reset_id)

    assert row["state"] == "sent"
    assert sorted(await service.outcomes(event.reset_id)) == ["interrupted", "sent", "temporary"]


async def test_nothing_is_sent_once_too_little_of_the_lease_is_left(tmp_path: Path, notifications_url: str):
    class Dawdling(RecordingSmtpServer):
        async def handle_RCPT(self, *arguments):
            running.clock.advance(seconds=31)
            return await super().handle_RCPT(*arguments)

    async with Dawdling() as relay, running_notifications(tmp_path, notifications_url, relay.url) as running:
        event = reset_requested()
        await running.hear(event)
        done = await running.send_mails()
        row = await running.delivery(event.reset_id)

    assert (done, relay.mails) == (0, [])
    assert (row["state"], row["attempts"], row["leased_until"]) == ("planned", 0, None)


async def test_operators_see_outcomes_and_waiting_without_seeing_anybody(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    def seen(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, labels) or 0.0

    mail, urgent = {"purpose": "password_reset", "channel": "email"}, {"channel": "email", "lane": "urgent"}

    def attempts(outcome: str) -> float:
        return seen("delivery_attempts_total", **mail, outcome=outcome)

    def failures() -> float:
        return seen("deliveries_failed_total", **mail, failure="no-such-address")

    before = attempts("sent"), attempts("no-such-address"), failures()
    relay.refuse_recipients("550 5.1.1 unknown", recipient="unknown@example.org")
    for email in ("zoe@example.org", "unknown@example.org"):
        await service.hear(reset_requested(email=email))
    service.clock.advance(seconds=7)
    await measure_waiting(service.notifications)
    waiting = seen("deliveries_oldest_due_seconds", **urgent)
    await service.send_mails()
    await measure_waiting(service.notifications)

    assert 7 <= waiting < 60
    assert seen("deliveries_oldest_due_seconds", **urgent) == 0
    assert (attempts("sent"), attempts("no-such-address"), failures()) == tuple(count + 1 for count in before)
    assert seen("mail_relay_answers", relay="first") == 1
    assert b"example.org" not in generate_latest()

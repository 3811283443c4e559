"""A relay that is down, going down or back: mails wait untouched, and none is lost or blamed."""

import asyncio
from pathlib import Path

from notifications_service.usecases.give_up_overdue import give_up_overdue

from tests.support.notifications_fixtures import RunningNotifications, reset_requested, running_notifications
from tests.support.smtp_server import RecordingSmtpServer


async def test_what_waits_for_a_relay_that_stays_away_is_given_up_in_time(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    maybe, never = reset_requested(email="maybe@example.org"), reset_requested(email="never@example.org")
    relay.drop_after_data(recipient="maybe@example.org", times=1)
    relay.refuse_recipients("421 4.3.2 shutting down", recipient="never@example.org")
    for event in (maybe, never):
        await service.hear(event)
        await service.send_mails()
    service.clock.advance(minutes=54)
    early = await give_up_overdue(service.notifications)
    service.clock.advance(minutes=1)
    given_up = await give_up_overdue(service.notifications)
    rows = [await service.delivery(event.reset_id) for event in (maybe, never)]

    assert (early, given_up) == (0, 2)
    assert [(row["state"], row["failure"]) for row in rows] == [("possibly_sent", None), ("failed", "gave-up")]
    assert [(row["content_sealed"], row["next_attempt_at"]) for row in rows] == [(None, None)] * 2
    assert await service.send_mails() == 0


async def test_a_relay_that_is_down_costs_no_mail_an_attempt(tmp_path: Path, notifications_url: str):
    async with RecordingSmtpServer() as gone:
        port = gone.port
    async with running_notifications(tmp_path, notifications_url, f"smtp://127.0.0.1:{port}") as running:
        events = [reset_requested(email=f"zoe.{number}@example.org") for number in range(30)]
        for event in events:
            await running.hear(event)
        for _ in range(10):
            await running.send_mails()
        waiting = await running.rows("SELECT state, attempts, count(*) FROM deliveries GROUP BY 1, 2")
        async with RecordingSmtpServer(port=port) as relay:
            running.clock.advance(seconds=30)
            await running.send_mails()
            states = await running.rows("SELECT DISTINCT state, attempts FROM deliveries")

    assert waiting == [{"state": "planned", "attempts": 0, "count": 30}]
    assert states == [{"state": "sent", "attempts": 1}]
    assert sorted(mail.recipients[0] for mail in relay.mails) == sorted(event.email for event in events)


async def test_a_relay_that_is_down_is_asked_again_with_growing_pauses_and_no_mail_is_at_stake(
    tmp_path: Path, notifications_url: str
):
    calls = 0

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, running_notifications(tmp_path, notifications_url, url) as running:
        for number in range(20):
            await running.hear(reset_requested(email=f"zoe.{number}@example.org"))
        tries = []
        for _ in range(12):
            await running.send_mails()
            tries.append(calls)
            running.clock.advance(seconds=1)
        attempts = await running.rows("SELECT outcome, relay FROM delivery_attempts")

    assert tries == [1, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4]  # again after 1, 2, 5 seconds
    assert attempts == [{"outcome": "relay-down", "relay": "first"}]


async def test_a_relay_that_says_421_is_down_and_the_mail_is_not_at_fault(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients("421 4.3.2 shutting down", times=2)
    event = reset_requested()
    await service.hear(event)
    await service.send_mails()
    row = await service.delivery(event.reset_id)
    service.clock.advance(seconds=31)
    await service.send_mails()
    service.clock.advance(seconds=31)
    await service.send_mails()

    assert (row["state"], row["attempts"], row["last_reply"]) == ("planned", 0, "421 4.3.2")
    assert len(relay.mails) == 1


async def test_a_session_that_the_relay_has_hung_up_is_replaced_without_a_word(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    for number in range(3):
        event = reset_requested(email=f"zoe.{number}@example.org")
        await service.hear(event)
        await service.send_mails()
        relay.hang_up()

        assert await service.outcomes(event.reset_id) == ["sent"]

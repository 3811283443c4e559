"""A mail comes back, or is late: over SMTP to its return path, as servers do it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from notifications_service.channels.bounce_listener import BounceListener
from structlog.testing import capture_logs

from tests.support.bounce_steps import conversation, delivery_report, return_path, send_back, sent_mail
from tests.support.notifications_fixtures import RunningNotifications
from tests.support.smtp_server import RecordingSmtpServer


async def suppressed(service: RunningNotifications) -> list[dict[str, Any]]:
    return await service.rows("SELECT masked_address, reason, status, lifted_at FROM suppressed_addresses")


async def test_a_mail_to_an_address_that_does_not_exist_fails_and_is_published_and_its_address_suppressed(
    service: RunningNotifications, relay: RecordingSmtpServer, listener: BounceListener
):
    event, mail = await sent_mail(service, relay)
    answer = await send_back(listener, mail.sender, delivery_report(original=mail.raw))
    delivery = await service.delivery(event.reset_id)
    (published,) = await service.published()
    kept = await service.rows("SELECT outcome, reply FROM delivery_attempts ORDER BY position")

    assert answer == 250
    assert (delivery["state"], delivery["failure"], delivery["last_reply"]) == ("failed", "no-such-address", "5.1.1")
    assert delivery["sent_at"] < delivery["failed_at"]
    assert (published["failure"], published["hard"], published["failure_class"]) == ("no-such-address", True, "address")
    assert published["cause"] == str(event.reset_id)
    assert kept[1:] == [{"outcome": "bounced", "reply": "5.1.1"}]
    assert await suppressed(service) == [
        {"masked_address": "z•••@e•••.org", "reason": "no-such-address", "status": "5.1.1", "lifted_at": None}
    ]


@pytest.mark.parametrize(
    ("status", "failure", "failure_class"),
    [
        ("5.2.2", "mailbox-full", "mailbox"),
        ("4.2.2", "mailbox-full", "mailbox"),
        ("5.7.1", "refused-by-relay", "policy"),
        ("4.4.7", "expired-on-the-way", "expired"),
        ("5.3.0", "bounced", "undelivered"),
    ],
)
async def test_what_does_not_lie_with_the_address_is_no_hard_failure_and_suppresses_nothing(
    service: RunningNotifications,
    relay: RecordingSmtpServer,
    listener: BounceListener,
    status: str,
    failure: str,
    failure_class: str,
):
    _, mail = await sent_mail(service, relay)
    with capture_logs() as logs:
        await send_back(listener, mail.sender, delivery_report(status, diagnostic="smtp; 550 no"))
    (published,) = await service.published()
    alarms = [line["status"] for line in logs if line["event"] == "relay_alarm"]

    assert (published["failure"], published["failure_class"], published["hard"]) == (failure, failure_class, False)
    assert await suppressed(service) == []
    assert alarms == (["5.7.1"] if failure_class == "policy" else [])


async def test_a_delay_is_told_and_no_failure_until_the_server_gives_up(
    service: RunningNotifications, relay: RecordingSmtpServer, listener: BounceListener
):
    event, mail = await sent_mail(service, relay)
    for _ in range(3):
        await send_back(listener, mail.sender, delivery_report("4.4.1", action="delayed"))
    late = await service.delivery(event.reset_id)
    published = await service.published()
    service.clock.advance(days=5)
    again = await service.send_mails()
    await send_back(listener, mail.sender, delivery_report("4.4.1", diagnostic="smtp; timed out"))

    assert (late["state"], late["next_attempt_at"], late["content_sealed"]) == ("delayed", None, None)
    assert late["sent_at"] < late["delayed_at"]
    assert (published, again) == ([], 0)
    assert (await service.delivery(event.reset_id))["failure"] == "expired-on-the-way"
    assert await service.outcomes(event.reset_id) == ["sent", "bounce-delayed", "bounced"]


async def test_a_delayed_mail_that_gets_there_after_all_is_sent_again(
    service: RunningNotifications, relay: RecordingSmtpServer, listener: BounceListener
):
    event, mail = await sent_mail(service, relay)
    await send_back(listener, mail.sender, delivery_report("4.4.1", action="delayed"))
    await send_back(listener, mail.sender, delivery_report("2.0.0", action="delivered"))

    assert (await service.delivery(event.reset_id))["state"] == "sent"


async def test_who_says_late_and_arrived_in_turn_is_heard_once(
    service: RunningNotifications, relay: RecordingSmtpServer, listener: BounceListener
):
    event, mail = await sent_mail(service, relay)
    for _ in range(4):
        await send_back(listener, mail.sender, delivery_report("4.4.1", action="delayed"))
        await send_back(listener, mail.sender, delivery_report("2.0.0", action="delivered"))

    assert await service.outcomes(event.reset_id) == ["sent", "bounce-delayed", "bounce-reached"]
    assert (await service.delivery(event.reset_id))["state"] == "sent"


async def test_a_bounce_heard_twice_at_once_changes_nothing_the_second_time(
    service: RunningNotifications, relay: RecordingSmtpServer, listener: BounceListener
):
    event, mail = await sent_mail(service, relay)
    answers = await asyncio.gather(*(send_back(listener, mail.sender, delivery_report()) for _ in range(10)))
    await send_back(listener, mail.sender, delivery_report("4.4.1", action="delayed"))
    await send_back(listener, mail.sender, delivery_report("2.0.0", action="delivered"))

    assert set(answers) == {250}
    assert await service.outcomes(event.reset_id) == ["sent", "bounced"]
    assert (await service.delivery(event.reset_id))["state"] == "failed"
    assert (len(await service.published()), len(await suppressed(service))) == (1, 1)


async def test_a_mail_that_was_possibly_sent_and_comes_back_is_not_tried_again(
    service: RunningNotifications, relay: RecordingSmtpServer, listener: BounceListener
):
    relay.drop_after_data(times=1)
    event, mail = await sent_mail(service, relay)
    waiting = await service.delivery(event.reset_id)
    await send_back(listener, mail.sender, delivery_report())
    service.clock.advance(minutes=10)
    await service.send_mails()
    delivery = await service.delivery(event.reset_id)

    assert (waiting["state"], waiting["next_attempt_at"] is None) == ("possibly_sent", False)
    assert (delivery["state"], delivery["content_sealed"], len(relay.mails)) == ("failed", None, 1)


async def test_a_bounce_that_overtakes_our_note_of_the_relays_answer_is_heard_behind_it(
    service: RunningNotifications, relay: RecordingSmtpServer, listener: BounceListener
):
    event, mail = await sent_mail(service, relay)
    held = "UPDATE deliveries SET state = 'sending', leased_until = now() + interval '1 minute', sent_at = NULL"
    await service.rows(held)
    bounce = asyncio.create_task(send_back(listener, mail.sender, delivery_report()))
    await asyncio.sleep(0.3)
    before = (await service.delivery(event.reset_id))["state"]
    await service.rows(
        "UPDATE deliveries SET state = 'sent', leased_until = NULL, sent_at = now(), content_sealed = NULL"
    )

    assert (before, await bounce) == ("sending", 250)
    assert (await service.delivery(event.reset_id))["state"] == "failed"


async def test_a_bounce_for_a_mail_that_stays_in_the_making_is_asked_to_come_again(
    service: RunningNotifications, relay: RecordingSmtpServer, listener: BounceListener, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("notifications_service.usecases.hear_bounce.PAUSES", (0.01,))
    event, mail = await sent_mail(service, relay)
    await service.rows("UPDATE deliveries SET state = 'sending', leased_until = now() + interval '1 minute'")

    assert await send_back(listener, mail.sender, delivery_report()) == 451
    assert (await service.delivery(event.reset_id))["state"] == "sending"


async def test_the_return_path_of_an_old_mail_says_nothing_any_more(
    service: RunningNotifications, relay: RecordingSmtpServer, listener: BounceListener
):
    event, mail = await sent_mail(service, relay)
    service.clock.advance(seconds=timedelta(days=15, seconds=1).total_seconds())

    assert await send_back(listener, mail.sender, delivery_report()) == 250
    assert (await service.delivery(event.reset_id))["state"] == "sent"


async def test_a_thousand_bounces_are_each_heard_once(
    service: RunningNotifications, relay: RecordingSmtpServer, listener: BounceListener
):
    _, mail = await sent_mail(service, relay)
    await service.rows(
        """
        INSERT INTO deliveries (
            id, brand, purpose, channel, member_id, cause, state, give_up_at, expires_at, created_at, sent_at,
            masked_address, address_digest
        )
        SELECT gen_random_uuid(), brand, purpose, channel, gen_random_uuid(), gen_random_uuid(), state, give_up_at,
            expires_at, created_at, sent_at, masked_address, sha256(number::text::bytea)
        FROM deliveries, generate_series(1, 1000) AS number
        """
    )
    ids = [row["id"] for row in await service.rows("SELECT id FROM deliveries")]
    paths = [return_path(service, delivery_id) for delivery_id in ids]
    report = delivery_report(original=mail.raw)

    async def bounce(several: list[str]) -> list[int]:
        async with conversation(listener) as spoken:
            return [await spoken.bring(path, report) for path in several]

    answers = await asyncio.gather(*(bounce(paths[start::10]) for start in range(10)))

    assert [code for several in answers for code in several] == [250] * 1001
    assert await service.rows("SELECT state, count(*) FROM deliveries GROUP BY state") == [
        {"state": "failed", "count": 1001}
    ]
    assert (len(await service.published()), len(await suppressed(service))) == (1001, 1001)


async def test_nothing_of_what_came_back_is_kept_or_logged(
    service: RunningNotifications, relay: RecordingSmtpServer, listener: BounceListener
):
    event, mail = await sent_mail(service, relay)
    with capture_logs() as logs:
        await send_back(listener, mail.sender, delivery_report(original=mail.raw))
        await send_back(listener, mail.sender, b"Subject: Re\r\nFrom: zoelig.nunez@example.org\r\n\r\n" + mail.raw)
    kept = await service.rows("SELECT * FROM delivery_attempts")
    tables = [
        *kept,
        *await service.rows("SELECT * FROM deliveries"),
        *await suppressed(service),
        *await service.published(),
    ]

    assert "bounce_heard" in str(logs)
    assert [secret for secret in (event.email, event.token, "mx.far.example") if secret in f"{logs} {tables}"] == []

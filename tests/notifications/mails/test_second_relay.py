"""A second relay stands in while the first is down, and stands back when it is there again; no mail pays for it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from notifications_service.domain.relay_answers import ALARMS
from prometheus_client import REGISTRY

from tests.support.notifications_fixtures import RunningNotifications, reset_requested, running_notifications
from tests.support.smtp_server import RecordingSmtpServer

BACK = {"seconds": 31}  # the longest pause is over


@pytest.fixture
async def second() -> AsyncIterator[RecordingSmtpServer]:
    """The relay that stands in."""
    async with RecordingSmtpServer() as smtp:
        yield smtp


@pytest.fixture
async def service(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer, second: RecordingSmtpServer
) -> AsyncIterator[RunningNotifications]:
    """The service with two relays."""
    async with running_notifications(tmp_path, notifications_url, relay.url, smtp_second_url=second.url) as running:
        yield running


async def tell(service: RunningNotifications, number: int = 0) -> None:
    await service.hear(reset_requested(email=f"zoe.{number}@example.org"))
    await service.send_mails()


async def attempts(service: RunningNotifications) -> list[tuple[str, str | None]]:
    rows = await service.rows("SELECT outcome, relay FROM delivery_attempts ORDER BY tried_at, position")
    return [(row["outcome"], row["relay"]) for row in rows]


def answers(relay: str) -> float | None:
    return REGISTRY.get_sample_value("mail_relay_answers", {"relay": relay})


def test_alarms_of_every_relay_are_counted_from_nought_so_that_the_first_is_an_increase(
    service: RunningNotifications, second: RecordingSmtpServer
):
    shown = {
        (sample.labels["relay"], sample.labels["reason"])
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == "mail_relay_alarms_total"
    }

    assert {(relay, alarm.value) for relay in ("first", "second") for alarm in ALARMS} <= shown


async def test_while_the_first_relay_answers_the_second_gets_nothing(
    service: RunningNotifications, relay: RecordingSmtpServer, second: RecordingSmtpServer
):
    for number in range(5):
        await tell(service, number)

    assert (len(relay.mails), len(second.mails)) == (5, 0)


async def test_mails_go_by_the_second_while_the_first_is_down_and_by_the_first_when_it_is_back(
    service: RunningNotifications, relay: RecordingSmtpServer, second: RecordingSmtpServer
):
    relay.refuse_recipients("421 4.3.2 shutting down")
    for number in range(3):
        await tell(service, number)
    while_down = (len(relay.mails), len(second.mails), answers("first"), answers("second"))
    relay.behave()
    service.clock.advance(**BACK)
    for number in range(3, 6):
        await tell(service, number)
    states = await service.rows("SELECT DISTINCT state, attempts FROM deliveries")

    assert while_down == (0, 3, 0, 1)
    assert (len(relay.mails), len(second.mails), answers("first")) == (3, 3, 1)
    assert await attempts(service) == [("relay-down", "first"), *[("sent", "second")] * 3, *[("sent", "first")] * 3]
    assert states == [{"state": "sent", "attempts": 1}]


async def test_a_first_relay_that_connects_again_but_takes_no_mail_costs_each_try_one_mail_a_detour(
    service: RunningNotifications, relay: RecordingSmtpServer, second: RecordingSmtpServer
):
    relay.refuse_recipients("421 4.3.2 shutting down")
    for number in range(10):
        await tell(service, number)
    service.clock.advance(seconds=1)
    for number in range(10, 20):
        await tell(service, number)
    found = await attempts(service)

    assert len(second.mails) == 20
    assert [one for one in found if one[1] == "first"] == [("relay-down", "first")] * 2


async def test_a_login_that_the_first_refuses_is_an_alarm_and_the_second_sends(
    tmp_path: Path, notifications_url: str, second: RecordingSmtpServer
):
    async with RecordingSmtpServer(login=("espace", "right")) as first:
        url = first.url.replace("smtp://", "smtp://espace:wrong@") + "?starttls=never"
        async with running_notifications(tmp_path, notifications_url, url, smtp_second_url=second.url) as service:
            for number in range(3):
                await tell(service, number)
            found = await attempts(service)

    assert found == [("credentials-refused", "first"), *[("sent", "second")] * 3]


async def test_a_mail_that_the_first_may_have_accepted_goes_by_the_second_under_the_same_message_id(
    service: RunningNotifications, relay: RecordingSmtpServer, second: RecordingSmtpServer
):
    relay.drop_after_data(times=1)
    await tell(service)
    relay.refuse_recipients("421 4.3.2 shutting down")
    await tell(service, 1)
    service.clock.advance(seconds=30)
    await service.send_mails()
    (copy,) = [mail for mail in second.mails if mail.recipients == ("zoe.0@example.org",)]

    assert relay.mails[0].message["Message-ID"] == copy.message["Message-ID"]
    assert relay.mails[0].raw == copy.raw
    assert ("possibly-sent", "first") in await attempts(service)
    assert await service.rows("SELECT DISTINCT state FROM deliveries") == [{"state": "sent"}]


async def test_when_both_are_down_mails_wait_and_none_pays(
    service: RunningNotifications, relay: RecordingSmtpServer, second: RecordingSmtpServer
):
    for one in (relay, second):
        one.refuse_recipients("421 4.3.2 shutting down")
    await tell(service)
    waiting = await service.rows("SELECT state, attempts FROM deliveries")
    for one in (relay, second):
        one.behave()
    service.clock.advance(**BACK)
    await service.send_mails()

    assert waiting == [{"state": "planned", "attempts": 0}]
    assert (len(relay.mails), len(second.mails)) == (1, 0)


async def test_an_address_that_only_the_second_cannot_take_waits_for_the_first(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    async with (
        RecordingSmtpServer(smtputf8=False) as second,
        running_notifications(tmp_path, notifications_url, relay.url, smtp_second_url=second.url) as service,
    ):
        relay.refuse_recipients("421 4.3.2 shutting down")
        await tell(service)
        await service.hear(reset_requested(email="zoë@example.org"))
        await service.send_mails()
        waiting = await service.rows("SELECT state FROM deliveries WHERE next_attempt_at IS NOT NULL")
        relay.behave()
        service.clock.advance(**BACK)
        await service.send_mails()

    assert waiting == [{"state": "delayed"}]
    assert [mail.recipients for mail in relay.mails] == [("zoë@example.org",)]

"""What becomes of a letter that the provider has: accepted, refused, posted, come back; asked for, or told by a notification."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from notifications_service.usecases.follow_letters import follow_letters
from notifications_service.usecases.subscribe_to_provider import subscribe_to_provider

from tests.support.maileva_stand_in import MailevaStandIn
from tests.support.notifications_fixtures import RunningNotifications
from tests.support.submitted_letters_steps import (
    batch,
    follow_all,
    letter,
    require_letters,
    states,
    submit_all,
    submitting_service,
)

NOTIFICATIONS = "/v1/providers/maileva/notifications"


async def submitted(service: RunningNotifications, count: int = 1) -> list[UUID]:
    letters = await require_letters(service, count)
    await batch(service)
    await submit_all(service)
    return letters


def notification(sending_id: str) -> dict[str, Any]:
    """Return what the provider sends, by its own example."""
    return {
        "source": "api.maileva.com",
        "user_id": str(uuid4()),
        "client_id": str(uuid4()),
        "event_type": "ON_STATUS_PROCESSED",
        "resource_type": "mail/v2/sendings",
        "event_date": "2026-11-22T10:23:31.137Z",
        "event_location": "FR",
        "resource_id": sending_id,
        "resource_location": f"https://api.maileva.com/mail/v2/sendings/{sending_id}",
        "resource_custom_id": "order1234",
        "resource_custom_data": "my_data",
    }


async def test_a_letter_that_was_put_into_its_envelope_is_posted(
    service: RunningNotifications, provider: MailevaStandIn
):
    (one,) = await submitted(service)
    service.clock.advance(minutes=1)
    await follow_all(service)
    accepted = await letter(service, one)
    provider.process()
    service.clock.advance(minutes=1)
    await follow_all(service)
    posted = await letter(service, one)

    assert accepted["state"] == "handed_over"
    assert posted["state"] == "posted"
    assert accepted["sent_at"] <= posted["posted_at"] <= service.clock.now()


async def test_a_letter_that_comes_back_is_returned_and_closes_its_address(
    service: RunningNotifications, provider: MailevaStandIn
):
    (one,) = await submitted(service)
    provider.process()
    service.clock.advance(minutes=1)
    await follow_all(service)
    provider.process(returned="N10")
    service.clock.advance(days=5)
    await follow_all(service)
    returned = await letter(service, one)
    service.clock.advance(days=40)
    looks = len(provider.calls)
    await follow_all(service)

    assert (returned["state"], returned["failure"]) == ("returned", "unknown-address")
    assert [row["delivery_id"] for row in await service.rows("SELECT delivery_id FROM closed_addresses")] == [one]
    assert [(event["reason"], event["delivery_id"]) for event in await service.published()] == [
        ("unknown-address", str(one))
    ]
    assert len(provider.calls) == looks  # its fate is known


@pytest.mark.parametrize("rejected_as_a_whole", [True, False], ids=["the sending", "its recipient"])
async def test_a_letter_that_the_provider_rejects_has_failed_after_all(
    service: RunningNotifications, provider: MailevaStandIn, rejected_as_a_whole: bool
):
    (one,) = await submitted(service)
    if rejected_as_a_whole:
        provider.of(one)[0].status = "REJECTED"
    else:
        provider.process(rejected=True)
    service.clock.advance(minutes=1)
    await follow_all(service)
    failed = await letter(service, one)
    (event,) = await service.published()

    assert (failed["state"], failed["failure"]) == ("failed", "refused-by-provider")
    assert (event["failure"], event["delivery_id"], event["hard"]) == ("refused-by-provider", str(one), False)


async def test_looks_get_rarer_and_end(service: RunningNotifications, provider: MailevaStandIn):
    await submitted(service)
    looks = []
    for hours in (1, 23, 24 * 29, 24 * 40):
        before = provider.calls.count("read") + provider.calls.count("recipients")
        if hours == 24 * 29:
            provider.process()
        for _ in range(hours):
            service.clock.advance(hours=1)
            await follow_letters(service.notifications)
        looks.append(provider.calls.count("read") + provider.calls.count("recipients") - before)
    (row,) = await service.rows("SELECT next_look_at FROM submitted_letters")

    assert looks[0] == 1
    assert 20 <= looks[1] <= 24
    assert looks[2] <= 25
    assert looks[3] <= 12
    assert row == {"next_look_at": None}


async def test_a_submission_that_the_provider_has_forgotten_is_made_again(
    service: RunningNotifications, provider: MailevaStandIn
):
    (one,) = await submitted(service)
    provider.of(one)[0].status = "DRAFT"
    service.clock.advance(minutes=1)
    await follow_all(service)

    assert provider.of(one)[0].status == "ACCEPTED"


async def test_a_provider_that_is_away_is_asked_again_later(service: RunningNotifications, provider: MailevaStandIn):
    (one,) = await submitted(service)
    provider.process()
    provider.fail("read", status=503)
    service.clock.advance(minutes=1)
    await follow_all(service)
    meanwhile = await states(service)
    service.clock.advance(minutes=1, seconds=1)
    await follow_all(service)

    assert meanwhile == ["handed_over"]
    assert (await letter(service, one))["state"] == "posted"


async def test_a_notification_is_answered_and_brings_the_next_look_forward(
    service: RunningNotifications, provider: MailevaStandIn
):
    (one,) = await submitted(service)
    service.clock.advance(hours=12)
    await follow_all(service)
    provider.process()
    service.clock.advance(minutes=5)
    await follow_all(service)
    before = await states(service)
    async with service.served() as client:
        answer = await client.post(NOTIFICATIONS, json=notification(provider.of(one)[0].id))
        body = await answer.read()
    await follow_all(service)

    assert (before, await states(service)) == (["handed_over"], ["posted"])
    assert (answer.status, body) == (201, b"")


async def test_a_notification_is_not_believed(service: RunningNotifications, provider: MailevaStandIn):
    (one,) = await submitted(service)
    forged = notification(provider.of(one)[0].id) | {"event_type": "ON_STATUS_REJECTED"}
    service.clock.advance(hours=1)
    async with service.served() as client:
        await client.post(NOTIFICATIONS, json=forged)
    await follow_all(service)

    assert await states(service) == ["handed_over"]
    assert await service.published() == []


async def test_notifications_cannot_make_us_ask_more_than_once_a_minute(
    service: RunningNotifications, provider: MailevaStandIn
):
    (one,) = await submitted(service)
    service.clock.advance(hours=1)
    async with service.served() as client:
        for _ in range(20):
            await client.post(NOTIFICATIONS, json=notification(provider.of(one)[0].id))
            await follow_all(service)

    assert provider.calls.count("read") == 1


async def test_whoever_makes_notifications_up_learns_and_changes_nothing(
    service: RunningNotifications, provider: MailevaStandIn
):
    await submitted(service)
    before = await service.rows("SELECT * FROM submitted_letters")
    bodies = {
        "unknown": json.dumps(notification(str(uuid4()))),
        "strange id": json.dumps(notification("'; DROP TABLE deliveries; --")),
        "no json": "<xml/>",
        "too large": json.dumps(notification("x") | {"resource_custom_data": "x" * 70_000}),
        "too deep": '{"resource_id": ' + "[" * 5000 + "]" * 5000 + "}",
        "no id": "{}",
        "a number": '{"resource_id": 7}',
    }
    async with service.served() as client:
        headers = {"Content-Type": "application/json"}
        answers = {
            name: (await client.post(NOTIFICATIONS, data=body, headers=headers)).status for name, body in bodies.items()
        }

    assert answers == {
        "unknown": 201,
        "strange id": 201,
        "no json": 400,
        "too large": 413,
        "too deep": 400,
        "no id": 422,
        "a number": 422,
    }
    assert await service.rows("SELECT * FROM submitted_letters") == before


async def test_a_flood_of_notifications_is_turned_away(service: RunningNotifications):
    flood = service.notifications.notified
    flood.take(flood.per_second * 60, service.clock.now())
    async with service.served() as client:
        refused = await client.post(NOTIFICATIONS, json=notification(str(uuid4())))
        service.clock.advance(minutes=2)
        later = await client.post(NOTIFICATIONS, json=notification(str(uuid4())))

    assert (refused.status, refused.headers["Retry-After"], later.status) == (429, "1", 201)


async def test_the_provider_is_asked_to_tell_us_where_we_have_an_address_for_it(
    tmp_path, notifications_url: str, provider: MailevaStandIn
):
    ours = "https://espace.example/api/notifications/v1/providers/maileva/notifications"
    async with submitting_service(tmp_path, notifications_url, provider, maileva_callback_url=ours) as service:
        for _ in range(2):
            await subscribe_to_provider(service.notifications)

    wanted = [(one["event_type"], one["resource_type"], one["callback_url"]) for one in provider.subscriptions]
    assert wanted == [
        (event, "mail/v2/sendings", ours)
        for event in ("ON_STATUS_ACCEPTED", "ON_STATUS_REJECTED", "ON_STATUS_PROCESSED")
    ]


async def test_a_letter_that_nobody_accepts_is_told_to_operators(
    service: RunningNotifications, provider: MailevaStandIn, capsys: pytest.CaptureFixture[str]
):
    provider.accepts_at_once = False
    (one,) = await submitted(service)
    service.clock.advance(minutes=10)
    await follow_all(service)
    too_early = capsys.readouterr().out
    service.clock.advance(hours=5)
    await follow_all(service)

    assert "print_provider_alarm" not in too_early
    assert "not-accepted" in capsys.readouterr().out
    assert (await letter(service, one))["sent_at"] < service.clock.now() - timedelta(hours=5)

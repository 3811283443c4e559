"""delivery.failed: published once when a message is over without having reached anybody, and never before."""

from uuid import uuid4

import pytest
from notifications_service.usecases.give_up_overdue import give_up_overdue

from tests.support.notifications_fixtures import (
    RunningNotifications,
    code_redeemed,
    letter_required,
    member_enrolled,
    reset_requested,
)
from tests.support.smtp_server import RecordingSmtpServer


async def told(service: RunningNotifications) -> list[tuple[str, str, bool]]:
    """Return channel, failure and hardness of each failure that was published."""
    return [(one["channel"], one["failure"], one["hard"]) for one in await service.published()]


async def test_an_address_that_does_not_exist_is_published_once_and_names_nobody(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients("550 5.1.1 <zoelig.nunez@example.org> unknown")
    event = reset_requested()
    await service.hear(event)
    await service.send_mails()
    service.clock.advance(hours=1)
    await service.send_mails()
    await give_up_overdue(service.notifications)
    delivery = await service.delivery(event.reset_id)
    (published,) = await service.rows("SELECT type, subject, data, sealed FROM outbox")

    assert published == {
        "type": "delivery.failed.v1",
        "subject": f"delivery/{delivery['id']}",
        "data": {
            "version": 1,
            "delivery_id": str(delivery["id"]),
            "member_id": str(event.member_id),
            "brand": "mgas",
            "purpose": "password_reset",
            "channel": "email",
            "cause": str(event.reset_id),
            "failure": "no-such-address",
            "hard": True,
            "failed_at": published["data"]["failed_at"],
            "failure_class": "address",
            "at_known_address": False,  # of nobody whom contracts has told of
        },
        "sealed": None,
    }


async def test_a_mail_that_is_refused_for_now_and_accepted_later_has_not_failed(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients("451 4.7.1 greylisted", times=1)
    event = reset_requested()
    await service.hear(event)
    await service.send_mails()
    service.clock.advance(seconds=30)
    await service.send_mails()

    assert (await service.delivery(event.reset_id))["state"] == "sent"
    assert await service.published() == []


@pytest.mark.parametrize(
    ("answer", "address", "failure", "hard"),
    [
        ("554 5.7.1 spam", "zoe@example.org", "refused-by-relay", False),
        (None, "zoe@@example.org", "address-malformed", True),
    ],
)
async def test_only_what_lies_with_the_address_is_hard(
    service: RunningNotifications,
    relay: RecordingSmtpServer,
    answer: str | None,
    address: str,
    failure: str,
    hard: bool,
):
    if answer:
        relay.refuse_mails(answer)
    await service.hear(reset_requested(email=address))
    await service.send_mails()

    assert await told(service) == [("email", failure, hard)]


async def test_what_is_given_up_has_failed_once_even_where_nobody_tried(service: RunningNotifications):
    await service.hear(reset_requested())
    await service.hear(letter_required())
    service.clock.advance(days=20)
    await give_up_overdue(service.notifications)
    await give_up_overdue(service.notifications)

    assert sorted(await told(service)) == [("email", "gave-up", False), ("letter", "gave-up", False)]


async def test_a_mail_that_may_have_arrived_and_is_given_up_has_not_failed(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.drop_after_data()
    event = reset_requested()
    await service.hear(event)
    await service.send_mails()
    service.clock.advance(hours=1)
    await give_up_overdue(service.notifications)
    row = await service.delivery(event.reset_id)

    assert (row["state"], row["next_attempt_at"]) == ("possibly_sent", None)
    assert await service.published() == []


async def test_a_letter_whose_address_does_not_fit_and_one_that_cannot_be_drawn_have_failed(
    service: RunningNotifications,
):
    unprintable = {"street": "1 rue A", "postal_code": "75011", "city": "Le Mêle-" * 9, "country": "FR"}
    members = {uuid4(): {"address": unprintable}, uuid4(): {"last_name": "日本"}}
    for member_id, changes in members.items():
        await service.hear(member_enrolled(member_id=member_id, **changes))
        await service.hear(letter_required(member_id=member_id))
    while await service.hand_over():
        pass

    assert sorted(await told(service)) == [
        ("letter", "address-does-not-fit", False),
        ("letter", "letter-not-rendered", False),
    ]


async def test_a_letter_that_was_not_needed_any_more_has_not_failed(service: RunningNotifications):
    letter = letter_required()
    await service.hear(letter)
    await service.hear(code_redeemed(letter))

    assert (await service.delivery(letter.letter_id))["failure"] == "code-has-served"
    assert await service.published() == []

"""An address at which nothing arrives: no more mails go there, each is told as failed, and letters go on."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from identity_service.events import PasswordChanged
from notifications_service.usecases.give_up_overdue import give_up_overdue
from service_kit.key_files import fresh_ring_key

from tests.support.account_events import happens
from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    member_enrolled,
    reset_requested,
    running_notifications,
)
from tests.support.smtp_server import RecordingSmtpServer

ADDRESS = "zoelig.nunez@example.org"


async def refuse(service: RunningNotifications, relay: RecordingSmtpServer, answer: str = "550 5.1.1 unknown") -> Any:
    """Have a mail refused, and let the relay take everything again; return its event."""
    relay.refuse_recipients(answer, times=1)
    event = reset_requested(email=ADDRESS)
    await service.hear(event)
    await service.send_mails()
    relay.behave()
    return event


async def test_after_a_refusal_for_good_the_next_mail_fails_without_being_sent_and_is_published(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    await refuse(service, relay)
    (suppressed,) = await service.rows("SELECT reason, status, brand FROM suppressed_addresses")
    event = reset_requested(email=f" {ADDRESS.upper()}")
    await service.hear(event)
    await service.send_mails()
    delivery = await service.delivery(event.reset_id)
    published = (await service.published())[-1]

    assert suppressed == {"reason": "no-such-address", "status": "550 5.1.1", "brand": "mgas"}
    assert (delivery["state"], delivery["failure"]) == ("failed", "address-suppressed")
    assert (delivery["content_sealed"], delivery["next_attempt_at"], relay.mails) == (None, None, [])
    assert (published["cause"], published["failure"]) == (str(event.reset_id), "address-suppressed")
    assert (published["hard"], published["failure_class"]) == (True, "address")


async def test_a_mail_to_a_suppressed_address_that_is_heard_twice_is_published_once(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    await refuse(service, relay)
    event = reset_requested(email=ADDRESS)
    await service.hear(event)
    await service.hear(event)

    assert [one["cause"] for one in await service.published()].count(str(event.reset_id)) == 1


@pytest.mark.parametrize("changes", [{"brand": "safiag"}, {"email": "zoelig.nunez@example.com"}])
async def test_another_brand_and_another_address_are_mailed_on(
    service: RunningNotifications, relay: RecordingSmtpServer, changes: dict[str, str]
):
    await refuse(service, relay)
    await service.hear(reset_requested(**{"email": ADDRESS} | changes))
    await service.send_mails()

    assert len(relay.mails) == 1


@pytest.mark.parametrize(
    "answer", ["554 5.7.1 spam", "552 5.2.2 full", "451 4.7.1 greylisted", "550 5.7.1 no", "421 busy"]
)
async def test_what_is_not_the_addresses_fault_suppresses_nothing(
    service: RunningNotifications, relay: RecordingSmtpServer, answer: str
):
    await refuse(service, relay, answer)

    assert await service.rows("SELECT FROM suppressed_addresses") == []


async def test_a_suppression_never_stops_a_letter(service: RunningNotifications, relay: RecordingSmtpServer):
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id, email=ADDRESS))
    relay.refuse_recipients("550 5.1.1 unknown")
    await service.hear(happens(PasswordChanged, member_id=member_id, brand="safiag", email=ADDRESS, by_post=False))
    await service.send_mails()
    letter = letter_required(member_id=member_id)
    await service.hear(letter)
    while await service.hand_over():
        pass

    assert await service.rows("SELECT member_id FROM suppressed_addresses") == [{"member_id": member_id}]
    assert (await service.delivery(letter.letter_id))["state"] == "handed_over"


async def test_a_suppressed_address_is_known_after_the_keys_were_exchanged(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    async with running_notifications(tmp_path, notifications_url, relay.url) as service:
        await refuse(service, relay)
    ring = tmp_path / "keys" / "notifications" / "data-keys.json"
    keys = json.loads(ring.read_text())
    keys["keys"]["k2"], keys["current"] = fresh_ring_key(), "k2"
    ring.write_text(json.dumps(keys))
    async with running_notifications(tmp_path, notifications_url, relay.url) as service:
        event = reset_requested(email=ADDRESS)
        await service.hear(event)

        assert (await service.delivery(event.reset_id))["failure"] == "address-suppressed"


async def test_a_mailbox_that_stays_full_is_no_hard_failure_whenever_it_is_given_up(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients("452 4.2.2 full")
    await service.hear(reset_requested(email=ADDRESS))
    await service.send_mails()
    service.clock.advance(minutes=56)
    await give_up_overdue(service.notifications)
    soon = service.clock.now() + timedelta(seconds=20)  # no time for a second try
    await service.hear(reset_requested(email=ADDRESS, expires_at=soon))
    await service.send_mails()
    failures = [(one["failure"], one["hard"], one["failure_class"]) for one in await service.published()]

    assert failures == [("mailbox-full", False, "mailbox")] * 2

"""A letter with a code has left: who can be reached by mail is told that it is on its way, and by when it should be there."""

from typing import Any
from uuid import UUID

from notifications_service.domain.letter_promise import expected_delivery
from service_kit.french_dates import date_in_words

from tests.support.notice_steps import UNKNOWN, a_member, a_notice, work_off
from tests.support.notifications_fixtures import RunningNotifications, code_redeemed, letter_required, reset_requested
from tests.support.smtp_server import RecordingSmtpServer

CODE = "K7NR-4WXQ-9PTC"


async def announcements(service: RunningNotifications) -> list[dict[str, Any]]:
    return await service.rows("SELECT * FROM deliveries WHERE purpose = 'letter_on_its_way'")


async def hand_over(service: RunningNotifications, member_id: UUID) -> Any:
    event = letter_required(member_id=member_id, brand="mgas", code=CODE)
    await service.hear(event)
    while await service.hand_over():
        pass
    return event


async def test_a_mail_follows_the_hand_over_and_holds_no_code(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    letter = await hand_over(service, await a_member(service))
    (planned,) = await announcements(service)
    await service.send_mails()
    (mail,) = relay.mails
    text = str(mail.message.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    rules = service.notifications.brands["mgas"].letters

    assert (planned["cause"], planned["state"]) == (letter.letter_id, "planned")
    assert f"au plus tard le {date_in_words(expected_delivery(rules, planned['created_at']).latest)}" in text
    assert "K7NR" not in mail.raw.decode()


async def test_nobody_without_an_address_is_written_to(service: RunningNotifications):
    await hand_over(service, await a_member(service, email=None))

    assert await announcements(service) == []


async def test_a_letter_that_replaces_a_mail_is_not_announced_at_the_address_that_failed(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients(UNKNOWN)
    member_id = await a_member(service)
    await service.hear(reset_requested(member_id=member_id))
    await service.send_mails()
    relay.behave()
    await hand_over(service, member_id)

    assert await announcements(service) == []
    assert [one["purpose"] for one in await service.published()] == ["password_reset"]


async def test_a_letter_without_a_code_is_not_announced(service: RunningNotifications, relay: RecordingSmtpServer):
    relay.refuse_recipients("554 5.7.1 not here")
    await a_notice(service, await a_member(service))
    await work_off(service)

    assert await announcements(service) == []


async def test_a_code_that_has_served_is_not_announced(service: RunningNotifications):
    event = letter_required(member_id=await a_member(service), brand="mgas")
    await service.hear(event)
    await service.hear(code_redeemed(event))
    while await service.hand_over():
        pass

    assert await announcements(service) == []

"""Who is not reached by mail any more is told so by letter, once for each address that is given up."""

from typing import Any
from uuid import UUID

from identity_service.events import PasskeysChanged
from notifications_service.usecases.hear_bounce import hear_bounce

from tests.support.account_events import EMAIL, FORMER_EMAIL, happens
from tests.support.bounce_steps import delivery_report
from tests.support.notice_steps import UNKNOWN, a_member, a_notice, pages, work_off
from tests.support.notifications_fixtures import RunningNotifications, reset_requested
from tests.support.smtp_server import RecordingSmtpServer


async def letters(service: RunningNotifications) -> list[dict[str, Any]]:
    return await service.rows("SELECT * FROM deliveries WHERE purpose = 'email_unreachable'")


async def comes_back(service: RunningNotifications, cause: UUID) -> None:
    """Let the mail of a cause, which was sent, come back."""
    delivery = await service.delivery(cause)
    assert delivery["state"] == "sent"
    assert await hear_bounce(service.notifications, delivery["id"], delivery_report())


async def test_a_notice_that_comes_back_is_named_in_one_letter(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id = await a_member(service)
    first, second = await a_notice(service, member_id), await a_notice(service, member_id)
    await service.send_mails()
    await comes_back(service, first)
    await comes_back(service, second)
    await work_off(service)
    (letter,) = await letters(service)
    text = pages(service)[str(letter["id"])]

    assert len(relay.mails) == 2
    assert (letter["state"], letter["member_id"]) == ("handed_over", member_id)
    for words in ("Nos e-mails ne vous parviennent pas", "z•••@e•••.org", "cotisation", "Vous avez une autre adresse"):
        assert words in text
    assert EMAIL not in text


async def test_a_mail_that_no_letter_says_otherwise_has_its_failure_told(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients(UNKNOWN)
    member_id = await a_member(service)
    await service.hear(happens(PasskeysChanged, member_id=member_id))
    await service.send_mails()

    assert [letter["state"] for letter in await letters(service)] == ["planned"]


async def test_a_letter_that_took_the_mails_place_says_enough(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients(UNKNOWN)
    await a_notice(service, await a_member(service))
    await service.send_mails()

    assert await letters(service) == []


async def test_a_reset_that_comes_back_is_identitys_to_replace(service: RunningNotifications):
    event = reset_requested(member_id=await a_member(service))
    await service.hear(event)
    await service.send_mails()
    await comes_back(service, event.reset_id)

    assert await letters(service) == []
    assert [one["purpose"] for one in await service.published()] == ["password_reset"]


async def test_an_address_that_is_not_the_members_any_more_is_not_told_of(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients(UNKNOWN)
    await service.hear(happens(PasskeysChanged, member_id=await a_member(service), email=FORMER_EMAIL))
    await service.hear(happens(PasskeysChanged, member_id=await a_member(service, email=None), email="x@y.example"))
    await service.send_mails()

    assert await letters(service) == []

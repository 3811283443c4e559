"""A notice whose mail cannot arrive is told by letter: the same row, and nothing is told as failed."""

import pytest
from notifications_service.usecases.give_up_overdue import give_up_overdue

from tests.support.notice_steps import UNKNOWN, a_member, a_notice, pages, work_off
from tests.support.notifications_fixtures import RunningNotifications, reset_requested
from tests.support.smtp_server import RecordingSmtpServer


@pytest.mark.parametrize("answer", [UNKNOWN, "554 5.7.1 not here"])
async def test_a_notice_that_a_server_refuses_becomes_a_letter(
    service: RunningNotifications, relay: RecordingSmtpServer, answer: str
):
    relay.refuse_recipients(answer)
    cause = await a_notice(service, await a_member(service))
    planned = await service.delivery(cause)
    await work_off(service)
    delivery = await service.delivery(cause)
    text = pages(service)[str(delivery["id"])]

    assert (planned["channel"], planned["masked_address"]) == ("email", "z•••@e•••.org")
    assert (delivery["id"], delivery["channel"], delivery["state"]) == (planned["id"], "letter", "handed_over")
    assert (delivery["failure"], delivery["failed_at"], delivery["content_sealed"]) == (None, None, None)
    assert delivery["masked_address"] == "Le Mêle-sur-Sarthe"
    assert (await service.outcomes(cause))[1:] == ["handed-over"]
    assert await service.published() == []
    assert "Votre cotisation n’est pas payée" in text
    assert "Pourquoi un courrier" in text
    assert "z•••@e•••.org" in text


async def test_a_letter_in_the_place_of_a_mail_is_promised_from_then_on(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients(UNKNOWN)
    cause = await a_notice(service, await a_member(service))
    service.clock.advance(days=5)
    await service.send_mails()
    delivery = await service.delivery(cause)

    assert (delivery["channel"], delivery["state"], delivery["masked_address"]) == ("letter", "planned", None)
    assert min(delivery["give_up_at"], delivery["promised_until"]) > service.clock.now()
    assert delivery["address_digest"] is None


async def test_a_notice_to_an_address_at_which_nothing_arrives_is_a_letter_from_the_start(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id = await a_member(service)
    relay.refuse_recipients(UNKNOWN)
    await a_notice(service, member_id)
    await work_off(service)
    relay.behave()
    cause = await a_notice(service, member_id)
    planned = await service.delivery(cause)
    await work_off(service)
    delivery = await service.delivery(cause)

    assert (planned["channel"], planned["message_id"], planned["masked_address"]) == ("letter", None, None)
    assert delivery["state"] == "handed_over"
    assert "Pourquoi un courrier" in pages(service)[str(delivery["id"])]
    assert (relay.mails, await service.published()) == ([], [])


async def test_a_notice_that_could_not_be_sent_for_a_week_becomes_a_letter(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients("452 4.2.2 mailbox full")
    cause = await a_notice(service, await a_member(service))
    await service.send_mails()
    service.clock.advance(days=7, minutes=1)
    await give_up_overdue(service.notifications)
    await work_off(service)

    assert (await service.delivery(cause))["state"] == "handed_over"
    assert await service.published() == []


async def test_a_notice_that_may_have_arrived_is_not_told_twice(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.drop_after_data()
    cause = await a_notice(service, await a_member(service))
    await service.send_mails()
    service.clock.advance(days=7, minutes=1)
    await give_up_overdue(service.notifications)
    delivery = await service.delivery(cause)

    assert (delivery["channel"], delivery["state"]) == ("email", "possibly_sent")


async def test_a_mail_with_a_link_is_left_to_identity(service: RunningNotifications, relay: RecordingSmtpServer):
    relay.refuse_recipients(UNKNOWN)
    event = reset_requested(member_id=await a_member(service))
    await service.hear(event)
    await service.send_mails()
    delivery = await service.delivery(event.reset_id)

    assert (delivery["channel"], delivery["state"]) == ("email", "failed")
    assert [(one["purpose"], one["hard"]) for one in await service.published()] == [("password_reset", True)]

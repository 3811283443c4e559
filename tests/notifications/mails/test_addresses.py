"""Addresses beyond ASCII, and addresses that are none."""

from pathlib import Path

from tests.support.notifications_fixtures import RunningNotifications, reset_requested, running_notifications
from tests.support.smtp_server import RecordingSmtpServer


async def test_an_address_with_letters_beyond_ascii_goes_to_a_relay_that_takes_it(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    await service.hear(reset_requested(email="zoé.nuñez@exämple.org"))
    await service.send_mails()
    (mail,) = relay.mails

    assert mail.recipients == ("zoé.nuñez@xn--exmple-cua.org",)
    assert "To: zoé.nuñez@xn--exmple-cua.org" in mail.raw.decode()


async def test_an_address_with_letters_beyond_ascii_is_refused_clearly_where_the_relay_does_not_take_it(
    tmp_path: Path, notifications_url: str
):
    async with (
        RecordingSmtpServer(smtputf8=False) as relay,
        running_notifications(tmp_path, notifications_url, relay.url) as running,
    ):
        event = reset_requested(email="zoé@example.org")
        await running.hear(event)
        await running.send_mails()
        row = await running.delivery(event.reset_id)

    assert (row["state"], row["failure"], row["content_sealed"]) == ("failed", "address-needs-smtputf8", None)
    assert relay.mails == []


async def test_an_address_that_would_forge_a_header_is_refused(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    event = reset_requested(email="zoe@example.org\r\nBcc: autre@example.org")
    await service.hear(event)
    await service.send_mails()
    row = await service.delivery(event.reset_id)

    assert (row["state"], row["failure"], relay.mails) == ("failed", "address-malformed", [])

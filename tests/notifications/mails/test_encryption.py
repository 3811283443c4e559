"""A relay that encrypts: its certificate is verified, and where it does not hold, nothing is sent."""

from pathlib import Path

import pytest

from tests.support.certificates import server_context
from tests.support.notifications_fixtures import reset_requested, running_notifications
from tests.support.smtp_server import RecordingSmtpServer


@pytest.mark.parametrize("query", ["", "?starttls=required"])
async def test_a_mail_travels_encrypted_to_a_relay_whose_certificate_holds(
    tmp_path: Path, notifications_url: str, monkeypatch: pytest.MonkeyPatch, query: str
):
    context, certificate = server_context(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with (
        RecordingSmtpServer(tls=context) as relay,  # it takes no mail before STARTTLS
        running_notifications(tmp_path, notifications_url, relay.url + query) as running,
    ):
        await running.hear(reset_requested())
        await running.send_mails()

    assert len(relay.mails) == 1


@pytest.mark.parametrize("query", ["", "?starttls=required"])
async def test_nothing_is_sent_to_a_relay_whose_certificate_does_not_hold(
    tmp_path: Path, notifications_url: str, query: str
):
    context, _ = server_context(tmp_path)
    async with (
        RecordingSmtpServer(tls=context) as relay,
        running_notifications(tmp_path, notifications_url, relay.url + query) as running,
    ):
        await running.hear(reset_requested())
        await running.send_mails()
        (row,) = await running.rows("SELECT state, attempts FROM deliveries")

    assert row == {"state": "planned", "attempts": 0}
    assert relay.mails == []

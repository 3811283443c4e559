"""A relay that asks for a login: sent with the right one; with a wrong one everything waits, and nothing fails."""

from pathlib import Path

from structlog.testing import capture_logs

from tests.support.notifications_fixtures import reset_requested, running_notifications
from tests.support.smtp_server import RecordingSmtpServer

LOGIN = ("espace@mgas.example", "p:ss/wörd")
ENCODED = "espace%40mgas.example:p%3Ass%2Fw%C3%B6rd"


async def test_the_credentials_of_the_address_are_used(tmp_path: Path, notifications_url: str):
    async with RecordingSmtpServer(login=LOGIN) as relay:
        url = relay.url.replace("smtp://", f"smtp://{ENCODED}@") + "?starttls=never"
        async with running_notifications(tmp_path, notifications_url, url) as running:
            await running.hear(reset_requested())
            await running.send_mails()

    assert len(relay.mails) == 1


async def test_refused_credentials_stop_the_sending_raise_an_alarm_and_fail_no_mail(
    tmp_path: Path, notifications_url: str
):
    async with RecordingSmtpServer(login=LOGIN) as relay:
        url = relay.url.replace("smtp://", "smtp://espace:faux@") + "?starttls=never"
        async with running_notifications(tmp_path, notifications_url, url) as running:
            for number in range(5):
                await running.hear(reset_requested(email=f"zoe.{number}@example.org"))
            with capture_logs() as logs:
                done = [await running.send_mails() for _ in range(3)]
            attempts = await running.rows("SELECT outcome, reply FROM delivery_attempts")
            states = await running.rows("SELECT DISTINCT state, attempts, failure FROM deliveries")
            relay.login = ("espace", "faux")
            running.clock.advance(minutes=4)
            too_early = await running.send_mails()
            running.clock.advance(minutes=2)
            await running.send_mails()

    assert done == [0, 0, 0]
    assert 1 <= len(attempts) <= running.settings.smtp_sessions
    assert attempts[0] == {"outcome": "credentials-refused", "reply": "535 5.7.8"}
    assert states == [{"state": "planned", "attempts": 0, "failure": None}]
    assert {(log["event"], log["reason"], log["status"]) for log in logs if log["log_level"] == "error"} == {
        ("relay_alarm", "credentials-refused", "535 5.7.8")
    }
    assert (too_early, len(relay.mails)) == (0, 5)


async def test_a_relay_that_asks_for_a_login_nobody_gave_is_an_alarm_too(tmp_path: Path, notifications_url: str):
    async with (
        RecordingSmtpServer(login=LOGIN) as relay,
        running_notifications(tmp_path, notifications_url, relay.url) as running,
    ):
        await running.hear(reset_requested())
        await running.send_mails()
        (attempt,) = await running.rows("SELECT outcome, reply FROM delivery_attempts")
        (row,) = await running.rows("SELECT state, attempts FROM deliveries")

    assert attempt == {"outcome": "credentials-refused", "reply": "530 5.7.0"}
    assert row == {"state": "planned", "attempts": 0}


async def test_a_password_and_a_mail_do_not_travel_in_clear_where_encryption_is_required(
    tmp_path: Path, notifications_url: str
):
    async with RecordingSmtpServer(login=LOGIN) as relay:  # it offers no STARTTLS, as if somebody had taken it away
        url = relay.url.replace("smtp://", f"smtp://{ENCODED}@")
        async with running_notifications(tmp_path, notifications_url, url) as running:
            await running.hear(reset_requested())
            await running.send_mails()
            (attempt,) = await running.rows("SELECT outcome FROM delivery_attempts")

    assert attempt == {"outcome": "relay-down"}
    assert relay.mails == []

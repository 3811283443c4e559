"""The desk's relay behaves as the world does at three reserved domains: an address that is gone, a busy server, a late report."""

import email
import email.policy
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest
from aiosmtpd.smtp import Envelope
from espace_embedded import desk_relay
from espace_embedded.desk_relay import DeskRelay, mail_server
from espace_embedded.mailbox import Mailbox
from service_kit.key_material import make_key_ring
from service_kit.key_rings import KeyRing

from tests.support.smtp_server import RecordingSmtpServer

RETURN_PATH = "bounces+0d6f3c2e.0123456789abcdef@safiag.example"


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    """An empty mailbox."""
    make_key_ring(tmp_path / "keys.json")
    (tmp_path / "mails").mkdir()
    return Mailbox(tmp_path / "mails", KeyRing.read(tmp_path / "keys.json"))


@pytest.fixture
async def reports() -> AsyncIterator[RecordingSmtpServer]:
    """Where reports go."""
    async with RecordingSmtpServer() as server:
        yield server


async def send(url: str, to: str) -> str:
    """Send a mail, and return the answer's code and enhanced status."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ne-pas-repondre@safiag.example", to, "Votre carte"
    message.set_content("Bonjour,")
    port = int(url.rpartition(":")[2])
    try:
        _, words = await aiosmtplib.send(
            message, sender=RETURN_PATH, recipients=[to], hostname="127.0.0.1", port=port, start_tls=False
        )
    except aiosmtplib.SMTPRecipientsRefused as refusal:
        (one,) = refusal.recipients
        return f"{one.code} {one.message.split()[0]}"
    return f"250 {words.split()[0]}"


async def test_a_mail_is_kept_and_one_to_an_address_that_is_gone_is_refused(mailbox: Mailbox):
    async with mail_server(mailbox, bounces=9) as url:
        answers = [
            await send(url, f"zoelig@{domain}") for domain in ("example.org", "refused.example", "Refused.Example")
        ]

    assert answers == ["250 2.0.0", "550 5.1.1", "550 5.1.1"]
    assert [mail.to for mail in mailbox.mails()] == ["zoelig@example.org"]


async def test_a_busy_server_takes_a_mail_a_minute_after_the_first_try_and_not_before(mailbox: Mailbox):
    now = [1000.0]
    relay = DeskRelay(mailbox, bounces=9, clock=lambda: now[0])

    async def answer(address: str) -> str:
        envelope = Envelope()
        return (await relay.handle_RCPT(None, None, envelope, address, []))[:3]

    answers = []
    for seconds in (0, 59, 1, 0):
        now[0] += seconds
        answers.append(await answer("zoelig@busy.example"))

    assert answers == ["451", "451", "250", "250"]
    assert await answer("another@busy.example") == "451"


async def test_a_mail_that_bounces_is_taken_and_reported_to_its_return_path(
    mailbox: Mailbox, reports: RecordingSmtpServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(desk_relay, "REPORT_SECONDS", 0.05)
    async with mail_server(mailbox, bounces=reports.port) as url:
        answer = await send(url, "zoelig@bouncing.example")
        (report,) = await reports.received(1)
    told = email.message_from_bytes(report.raw, policy=email.policy.default)
    about = [part for part in told.walk() if part.get_content_type() == "message/delivery-status"]
    about_all, about_one = (part for part in about[0].iter_parts())

    assert (answer, mailbox.mails()) == ("250 2.0.0", [])
    assert (report.sender.strip("<>"), report.recipients) == ("", (RETURN_PATH,))
    assert (told.get_content_type(), told.get_param("report-type")) == ("multipart/report", "delivery-status")
    assert about_all["Reporting-MTA"] == "dns; mail.bouncing.example"
    assert (about_one["Action"], about_one["Status"]) == ("failed", "5.1.1")

"""The recording mail relay, spoken to by the client that the product uses."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import aiosmtplib
import pytest

from tests.support.smtp_process import SmtpProcess
from tests.support.smtp_server import RecordingSmtpServer


def mail(to: str, *, subject: str = "Votre accès") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "espace@mutuelle.example"
    message["To"] = to
    message["Subject"] = subject
    message.set_content("Bonjour,\n\n.un point en début de ligne\n")
    return message


async def send(smtp: RecordingSmtpServer | SmtpProcess, to: str, *, sender: str = "bounces+1@mutuelle.example") -> None:
    await aiosmtplib.send(mail(to), hostname="127.0.0.1", port=smtp.port, sender=sender, timeout=5, start_tls=False)


async def test_a_mail_is_recorded_with_its_envelope_its_bytes_and_its_instant():
    async with RecordingSmtpServer() as smtp:
        await send(smtp, "jeanne@example.fr")
        [received] = await smtp.received(1)

    assert received.sender == "bounces+1@mutuelle.example"
    assert received.recipients == ("jeanne@example.fr",)
    assert received.message["Subject"] == "Votre accès"
    assert ".un point en début de ligne" in received.message.get_content()
    assert datetime.now(UTC) - received.received_at < timedelta(seconds=10)


async def test_a_recipient_is_refused_so_often_and_others_are_not():
    async with RecordingSmtpServer() as smtp:
        smtp.refuse_recipients("451 4.7.1 Later", recipient="jeanne@example.fr", times=1)
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
            await send(smtp, "jeanne@example.fr")
        await send(smtp, "paul@example.fr")
        await send(smtp, "jeanne@example.fr")

    assert [error.code for error in refused.value.recipients] == [451]
    assert [received.recipients for received in smtp.mails] == [("paul@example.fr",), ("jeanne@example.fr",)]


async def test_an_unknown_recipient_is_refused_for_good():
    async with RecordingSmtpServer() as smtp:
        smtp.refuse_recipients("550 5.1.1 Unknown")
        for _ in range(2):
            with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
                await send(smtp, "jeanne@example.fr")

            assert [error.code for error in refused.value.recipients] == [550]


async def test_a_mail_is_refused_after_data_until_the_relay_behaves():
    async with RecordingSmtpServer() as smtp:
        smtp.refuse_mails("554 5.7.1 Spam")
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await send(smtp, "jeanne@example.fr")
        kept_meanwhile = list(smtp.mails)
        smtp.behave()
        await send(smtp, "jeanne@example.fr")

    assert refused.value.code == 554
    assert kept_meanwhile == []
    assert len(smtp.mails) == 1


async def test_a_connection_dropped_after_data_has_kept_the_mail():
    async with RecordingSmtpServer() as smtp:
        smtp.drop_after_data(times=1)
        with pytest.raises((aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPReadTimeoutError, OSError)):
            await send(smtp, "jeanne@example.fr")
        await send(smtp, "jeanne@example.fr")

    assert [received.answered for received in smtp.mails] == [False, True]


async def test_a_slow_relay_answers_late():
    async with RecordingSmtpServer() as smtp:
        smtp.slowness = 0.3
        began = time.monotonic()
        await send(smtp, "jeanne@example.fr")

    assert time.monotonic() - began >= 0.3


async def test_an_address_outside_ascii_is_taken():
    async with RecordingSmtpServer() as smtp:
        await send(smtp, "hélène@example.fr")

    assert smtp.mails[0].recipients == ("hélène@example.fr",)


async def test_waiting_for_a_mail_that_never_comes_ends():
    async with RecordingSmtpServer() as smtp:
        with pytest.raises(TimeoutError):
            await smtp.received(1, seconds=0.05)


async def test_an_idle_session_does_not_keep_the_relay_from_closing():
    async with RecordingSmtpServer() as smtp:
        reader, writer = await asyncio.open_connection("127.0.0.1", smtp.port)
        greeting = await reader.readline()
    rest = await reader.read()
    writer.close()

    assert greeting.startswith(b"220 ")
    assert rest == b""


async def test_in_a_process_of_its_own_it_keeps_its_record_over_a_restart(tmp_path):
    first = SmtpProcess.start(tmp_path)
    await send(first, "jeanne@example.fr")
    first.refuse_recipients("451 4.7.1 Later")
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await send(first, "paul@example.fr")
    first.behave()
    first.stop()
    second = SmtpProcess.start(tmp_path, port=first.port)
    await send(second, "paul@example.fr")
    second.stop()

    assert [received.recipients for received in second.mails()] == [("jeanne@example.fr",), ("paul@example.fr",)]

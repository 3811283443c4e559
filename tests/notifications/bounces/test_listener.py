"""The listener takes what comes back to our return paths and nothing else, however it is asked, and never for ever."""

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from notifications_service import worker
from notifications_service.channels import bounce_listener
from notifications_service.channels.bounce_listener import BounceListener, ListenAt
from service_kit.background import run_background
from service_kit.in_process import InProcessBroker

from tests.support.bounce_steps import (
    Conversation,
    conversation,
    delivery_report,
    listening,
    return_path,
    send_back,
    sent_mail,
)
from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    notifications_settings,
    running_notifications,
)
from tests.support.smtp_server import RecordingSmtpServer
from tests.support.tcp_proxy import TcpProxy
from tests.support.waiting import eventually

Forge = Callable[[str, str], str]


@pytest.mark.parametrize(
    "forge",
    [
        lambda path, other: path.replace(path[45:61], "0" * 16),  # a guessed signature
        lambda path, other: path.replace(path[8:44], other[8:44]),  # another delivery's
        lambda path, other: path.partition("@")[0] + "@mgas.example",
        lambda path, other: path.partition("@")[0] + "@example.org",
        lambda path, other: path.replace(".", ".x", 1),
        lambda path, other: f"{path}@example.org",
        lambda path, other: "postmaster@bounces.mgas.example",
        lambda path, other: "zoelig.nunez@example.org",
        lambda path, other: '"x\\" y"@bounces.mgas.example',
    ],
)
async def test_a_mail_to_another_address_is_refused_before_it_is_read(
    service: RunningNotifications, relay: RecordingSmtpServer, listener: BounceListener, forge: Forge
):
    event, mail = await sent_mail(service, relay)
    other = return_path(service, uuid4())

    assert await send_back(listener, forge(mail.sender, other), delivery_report()) in {550, 553}
    assert (await service.delivery(event.reset_id))["state"] == "sent"


async def test_commands_cannot_be_smuggled_in_an_address(
    service: RunningNotifications, relay: RecordingSmtpServer, listener: BounceListener
):
    _, mail = await sent_mail(service, relay)
    async with conversation(listener) as spoken:
        await spoken.say("MAIL FROM:<>")
        answers = [
            await spoken.say(f"RCPT TO:<{mail.sender}{smuggled}>") for smuggled in ("\rX", "\x00", " x", ">,<a@b.fr")
        ]

    assert {answer[:1] for answer in answers} == {"5"}


async def test_the_bounce_of_a_letter_changes_nothing(service: RunningNotifications, listener: BounceListener):
    letter = letter_required()
    await service.hear(letter)
    before = await service.delivery(letter.letter_id)
    answers = [
        await send_back(listener, return_path(service, delivery_id), delivery_report())
        for delivery_id in (before["id"], uuid4())
    ]

    assert answers == [250, 250]
    assert await service.delivery(letter.letter_id) == before
    assert await service.rows("SELECT FROM delivery_attempts") == []


async def test_the_return_path_of_another_brand_leads_to_the_mail_all_the_same(
    service: RunningNotifications, relay: RecordingSmtpServer, listener: BounceListener
):
    event, mail = await sent_mail(service, relay, brand="mgas")
    await send_back(listener, mail.sender.replace("mgas", "safiag"), delivery_report())
    suppressed = await service.rows("SELECT brand FROM suppressed_addresses")

    assert (await service.delivery(event.reset_id))["state"] == "failed"
    assert suppressed == [{"brand": "mgas"}]


async def test_lmtp_is_spoken_too_one_recipient_at_a_time(service: RunningNotifications, relay: RecordingSmtpServer):
    event, mail = await sent_mail(service, relay)
    async with listening(service, url="lmtp://127.0.0.1:0") as listener:
        async with conversation(listener, greeting="LHLO mx.far.example") as spoken:
            await spoken.say("MAIL FROM:<>")
            answers = [await spoken.say(f"RCPT TO:<{mail.sender}>") for _ in range(2)]
        answer = await send_back(listener, mail.sender, delivery_report(), greeting="LHLO mx.far.example")

    assert [answer[:3] for answer in answers] == ["250", "452"]
    assert answer == 250
    assert (await service.delivery(event.reset_id))["state"] == "failed"


async def test_while_the_database_is_away_the_sender_is_asked_to_come_again(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
):
    parts = urlsplit(notifications_url)
    async with TcpProxy(parts.hostname, parts.port) as network:
        url = parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{network.port}")).geturl()
        async with running_notifications(tmp_path, url, relay.url) as service, listening(service) as listener:
            event, mail = await sent_mail(service, relay)
            network.refuse()
            away = await send_back(listener, mail.sender, delivery_report())
            await network.heal()
            back = await send_back(listener, mail.sender, delivery_report())
            state = (await service.delivery(event.reset_id))["state"]

    assert (away, back, state) == (451, 250, "failed")


async def test_a_mail_that_is_too_large_is_refused_and_one_without_an_end_is_cut(
    service: RunningNotifications, relay: RecordingSmtpServer, listener: BounceListener
):
    _, mail = await sent_mail(service, relay)
    too_large = await send_back(listener, mail.sender, delivery_report(original=(b"y" * 70 + b"\r\n") * 15_000))
    async with conversation(listener) as spoken:
        announced = await spoken.say("MAIL FROM:<> SIZE=2000000")
    async with conversation(listener) as spoken:
        for line in ("MAIL FROM:<>", f"RCPT TO:<{mail.sender}>", "DATA"):
            await spoken.say(line)
        cut = await spoken.send(b"x" * (bounce_listener.MOST_BYTES * 2 + 1))

    assert (too_large, announced[:3], cut) == (552, "552", "")


async def test_one_conversation_too_many_is_put_off_and_one_that_says_nothing_ends(
    service: RunningNotifications, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bounce_listener, "MOST_SESSIONS", 2)
    monkeypatch.setattr(bounce_listener, "IDLE_SECONDS", 0.5)
    async with listening(service) as listener, AsyncExitStack() as several:
        silent = [await several.enter_async_context(conversation(listener)) for _ in range(2)]
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        put_off = await reader.readline()
        writer.close()
        ended = [await one.answer() for one in silent]
        async with conversation(listener) as next_one:
            answer = await next_one.say("NOOP")

    assert put_off.startswith(b"421 4.3.2")
    assert (ended, answer[:3]) == (["", ""], "250")


async def test_who_goes_on_for_too_long_is_cut(service: RunningNotifications, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bounce_listener, "SESSION_SECONDS", 0.5)
    answers = []
    async with listening(service) as listener, conversation(listener) as spoken:
        for _ in range(12):
            answers.append(await _nothing(spoken))
            await asyncio.sleep(0.1)

    assert (answers[0], answers[-1]) == ("250", "")


async def test_who_takes_no_answers_does_not_keep_a_place_for_ever(
    service: RunningNotifications, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bounce_listener, "MOST_SESSIONS", 1)
    monkeypatch.setattr(bounce_listener, "IDLE_SECONDS", 0.3)
    monkeypatch.setattr(bounce_listener, "SESSION_SECONDS", 1.0)
    async with listening(service) as listener:
        with _deaf(listener.port) as deaf:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.get_running_loop().sock_sendall(deaf, b"EHLO x\r\n" * 10_000), 0.5)
            await asyncio.sleep(1.0)
            async with conversation(listener) as next_one:
                answer = await next_one.say("NOOP")

    assert answer[:3] == "250"


async def test_what_is_no_command_is_not_repeated_in_the_log(
    listener: BounceListener, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.WARNING):
        async with conversation(listener) as spoken:
            await spoken.send(b"zoelig.nunez@example.org\r\n" * 8)
            while await spoken.answer():
                pass

    assert caplog.messages == []


async def test_stopping_lets_a_bounce_be_noted_and_answered_first(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    event, mail = await sent_mail(service, relay)
    await service.rows("UPDATE deliveries SET state = 'sending', leased_until = now() + interval '1 minute'")
    async with listening(service) as listener, conversation(listener):
        bounce = asyncio.create_task(send_back(listener, mail.sender, delivery_report()))
        await asyncio.sleep(0.2)
        await service.rows("UPDATE deliveries SET state = 'sent', leased_until = NULL, content_sealed = NULL")

    assert await bounce == 250
    assert (await service.delivery(event.reset_id))["state"] == "failed"


async def test_the_worker_listens_where_it_is_told_to_and_ends_where_it_cannot(
    tmp_path: Any, notifications_url: str, relay: RecordingSmtpServer
):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"smtp://127.0.0.1:{taken.getsockname()[1]}"
        async with running_notifications(tmp_path, notifications_url, relay.url, bounces_listen=url) as service:
            background, stop = worker.background(service.notifications), asyncio.Event()
            broker = InProcessBroker(dead_letters=tmp_path / "dead")
            foundation = service.notifications.foundation
            with pytest.raises(OSError, match="address already in use"):
                await run_background(foundation, background, broker, stop)
            taken.close()
            stop = asyncio.Event()
            running = asyncio.create_task(
                run_background(foundation, worker.background(service.notifications), broker, stop)
            )
            _, mail = await sent_mail(service, relay)
            at = BounceListener(ListenAt.read(url), hostname="", recognise=None, hear=None)
            answer = await eventually(lambda: _try_to_send(at, mail.sender), lambda code: code == 250)
            stop.set()
            await running

    assert answer == 250


async def _nothing(spoken: Conversation) -> str:
    try:
        return (await spoken.say("NOOP"))[:3]
    except ConnectionError:
        return ""


async def _try_to_send(listener: BounceListener, address: str) -> int:
    try:
        return await send_back(listener, address, delivery_report())
    except OSError:
        return 0


@pytest.mark.unit
@pytest.mark.parametrize(
    "url", ["http://x:1", "smtp://x", "smtp://:25", "lmtp://x:y", "smtp://a:b@x:25", "smtp://x:25?a=b"]
)
def test_an_address_to_listen_on_that_is_none_is_told_at_the_start(tmp_path: Any, url: str):
    with pytest.raises(ValueError, match="bounces_listen"):
        notifications_settings(tmp_path, "postgresql://nobody", "smtp://127.0.0.1:9", bounces_listen=url)


def _deaf(port: int) -> socket.socket:
    """Connect as somebody who never reads, and has hardly any room for what is not read."""
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    deaf.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    deaf.connect(("127.0.0.1", port))
    deaf.setblocking(False)
    return deaf

"""Planted canaries travel every journey on the real processes, and are then looked for everywhere they must not be."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aio_pika
import aiohttp
import pytest
from service_kit.broker import EXCHANGE

from tests.journeys.canaries import Canary, birth_date_notations, canaries_below, canaries_in, canaries_in_database
from tests.support.deployment import SERVICES, Deployment, deployment, read_manifests, until_rows
from tests.support.journeys import (
    Mail,
    Space,
    ask_for_reset,
    code_from_letter,
    connect_with_code,
    look_around,
    redeem,
    sign_in,
    token_from_mail,
)
from tests.support.members import member_line
from tests.support.rabbitmq_server import RabbitMqServer
from tests.support.smtp_process import SmtpProcess
from tests.support.spans import exporting_to

pytestmark = pytest.mark.slow

EMAIL = "canari.courriel@example.org"
PASSPHRASE = "canari jaune trop bavard"
PIN = "739184"
SPANS = {  # one of each kind, so that silence is no proof
    "POST request_password_reset",
    "process_import",
    "identity consume member.enrolled.v1",
    "notifications consume reset.requested.v1",
    "notifications send password_reset",
    "documents issue",
}


def _member(number: int, **changes: Any) -> dict[str, Any]:
    names = {"last_name": "Canarinom", "first_name": "Canariprénom", "birth_name": "Canarinaissance"}
    member = member_line(number, **names, birth_date="1961-07-23", phone="+33699001234", **changes)
    member["address"] |= {"street": "12 rue du Canaribourg", "city": "Canariville"}
    member["beneficiaries"] = [
        {
            "first_name": "Canarienfant",
            "last_name": "Canarinom",
            "birth_date": "2015-02-27",
            "birth_rank": 1,
            "relation": "child",
            "nir": None,
        }
    ]
    return member


MGAS, SAFIAG = _member(700_001, email=EMAIL), _member(700_002)


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMqServer]:
    """A broker of one's own: its files are read."""
    server = RabbitMqServer.start(tmp_path_factory.mktemp("rabbitmq"))
    yield server
    server.stop()


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[SmtpProcess]:
    process = SmtpProcess.start(tmp_path)
    yield process
    process.stop()


@contextlib.asynccontextmanager
async def _overheard(url: str) -> AsyncIterator[list[bytes]]:
    """Listen to everything that passes the exchange, as an operator at the management page could."""
    heard: list[bytes] = []
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, routing_key="#")

        async def listen(message: aio_pika.abc.AbstractIncomingMessage) -> None:
            heard.append(message.body + repr((message.headers, message.properties)).encode())
            await message.ack()

        await queue.consume(listen)
        yield heard


def _space(running: Deployment, client: aiohttp.ClientSession, relay: SmtpProcess) -> Space:
    async def mails_to(email: str) -> list[Mail]:
        messages = [mail.message for mail in relay.mails() if mail.recipients == (email,)]
        bodies = [(str(message["Subject"]), message.get_body(("plain",))) for message in messages]
        return [Mail(subject, body.get_content()) for subject, body in bodies if body is not None]

    async def letters_to(line: str) -> list[bytes]:
        return [one["path"].read_bytes() for one in read_manifests(running.letters) if line in one["address_lines"]]

    return Space(client, running.url, mails_to, letters_to)


async def _journeys(space: Space) -> list[Canary]:
    """Walk both journeys; return the secrets that were made on the way."""
    await ask_for_reset(space, "mgas", EMAIL)
    token = await token_from_mail(space, EMAIL)
    assert (await redeem(space, "mgas", token, PASSPHRASE))[0] == 204
    by_mail = await sign_in(space, "mgas", EMAIL, PASSPHRASE)
    await look_around(space, by_mail["access_token"])
    await ask_for_reset(space, "safiag", SAFIAG["nir"])
    code = await code_from_letter(space, "12 RUE DU CANARIBOURG")
    assert (await connect_with_code(space, "safiag", SAFIAG["nir"], code, PIN))[0] == 204
    by_post = await sign_in(space, "safiag", SAFIAG["nir"], PIN)
    await look_around(space, by_post["access_token"])
    await space.post("identity", "/v1/safiag/sessions", {"identifier": SAFIAG["nir"], "password": "canarifaux"})
    return [
        Canary("token", token),
        Canary("code", code),
        Canary("code", code.replace("-", "")),
        Canary("password", PASSPHRASE),
        Canary("password", "canarifaux"),
        Canary("access token", by_mail["access_token"]),
        Canary("refresh token", by_mail["refresh_token"]),
        Canary("refresh token", by_post["refresh_token"]),
    ]


def _numbers() -> list[Canary]:
    return [
        Canary("social-security number", number)
        for member in (MGAS, SAFIAG)
        for number in (member["nir"], member["nir"][:13])
    ]


def _persons() -> list[Canary]:
    return [
        *birth_date_notations("1961-07-23"),
        *birth_date_notations("2015-02-27"),
        Canary("e-mail", EMAIL),
        Canary("name", "Canarinom"),
        Canary("name", "Canariprénom"),
        Canary("name", "Canarinaissance"),
        Canary("name", "Canarienfant"),
        Canary("address", "Canaribourg"),
        Canary("address", "Canariville"),
        Canary("phone", "699001234"),
        Canary("membership number", MGAS["membership_number"]),
        Canary("membership number", SAFIAG["membership_number"]),
    ]


async def test_no_canary_is_found_where_it_must_not_be(
    tmp_path: Path, postgres_url: str, broker: RabbitMqServer, relay: SmtpProcess
) -> None:
    settings = {f"{service.upper()}_LOG_LEVEL": "DEBUG" for service in SERVICES} | exporting_to(tmp_path / "traces")
    async with (
        deployment(
            tmp_path, postgres_url=postgres_url, rabbitmq_url=broker.url, smtp_url=relay.url, **settings
        ) as running,
        aiohttp.ClientSession() as client,
        _overheard(broker.url) as heard,
    ):
        for brand, member in (("mgas", MGAS), ("safiag", SAFIAG)):
            await running.import_members(client, brand, [member])
        await until_rows(running.databases["identity"], "SELECT count(*) FROM accounts", 2)
        secrets = await _journeys(_space(running, client, relay))
        await asyncio.sleep(2)
        everything = [*secrets, *_numbers(), *_persons()]
        metrics = [await _metrics(client, port) for port in running.ports.values()]
        kept = {
            name: await canaries_in_database(url, [*secrets, *_numbers()]) for name, url in running.databases.items()
        }
        identity = await canaries_in_database(running.databases["identity"], everything)
        owner = await canaries_in_database(running.databases["contracts"], everything)
        logs = {name: canaries_in(running.log(name).read_bytes(), everything) for name in running.processes}
        spans = [line for file in (tmp_path / "traces").rglob("*.jsonl") for line in file.read_bytes().splitlines()]

    assert heard
    assert {json.loads(line)["name"] for line in spans} >= SPANS
    assert [names for names in (canaries_in(line, everything) for line in spans) if names] == []
    assert any(found.startswith("name in members.") for found in owner)  # who looks there finds
    assert [names for names in (canaries_in(message, everything) for message in heard) if names] == []
    assert {name: found for name, found in logs.items() if found} == {}
    assert [names for names in (canaries_in(text, everything) for text in metrics) if names] == []
    assert {name: found for name, found in kept.items() if found} == {}
    assert identity == []
    assert canaries_below(tmp_path / "documents", everything) == []
    assert canaries_below(broker.directory, everything) == []


async def _metrics(client: aiohttp.ClientSession, port: int) -> bytes:
    async with client.get(f"http://127.0.0.1:{port}/metrics") as response:
        return await response.read()

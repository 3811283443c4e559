"""Planted canaries travel every journey on the real processes, and are then looked for everywhere they must not be."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import aio_pika
import aiohttp
import pytest
from service_kit.broker import EXCHANGE
from service_kit.clock import civil_date

from tests.journeys import planted_secrets as planted
from tests.journeys.canaries import Canary, birth_date_notations, canaries_below, canaries_in, canaries_in_database
from tests.journeys.planted_secrets import member
from tests.support.access_journeys import Adviser
from tests.support.deployment import SERVICES, Deployment, deployment, read_manifests, until_rows
from tests.support.journeys import Mail, Space
from tests.support.rabbitmq_server import RabbitMqServer
from tests.support.smtp_process import SmtpProcess
from tests.support.soft_passkey import ORIGIN
from tests.support.spans import exporting_to

pytestmark = pytest.mark.slow

SPANS = {  # one of each kind, so that silence is no proof
    "POST request_password_reset",
    "process_import",
    "identity consume member.enrolled.v1",
    "notifications consume reset.requested.v1",
    "notifications send password_reset",
    "documents issue",
}


EVENTS = {  # each was overheard
    "account.created.v1",
    "activation.requested.v1",
    "email-change.requested.v1",
    "email.changed.v1",
    "identifier.looked-up.v1",
    "letter.required.v1",
    "member.enrolled.v1",
    "passkeys.changed.v1",
    "password.changed.v1",
    "reset.requested.v1",
    "sign-in.new-device.v1",
}
TODAY = civil_date(datetime.now(UTC)).isoformat()
MGAS, SAFIAG = member(700_001, email=planted.EMAIL), member(700_002)
WELCOMED, CREATOR = member(700_003, email=planted.WELCOME_EMAIL), member(700_004)
WELCOMED["contract"] |= {"effective_date": TODAY}
ELSEWHERE = member(700_005, email=planted.DEVICE_EMAIL)
IMPORTED = {"mgas": [MGAS, WELCOMED, CREATOR], "safiag": [SAFIAG, ELSEWHERE]}
EVERYBODY = [line for lines in IMPORTED.values() for line in lines]


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


async def _journeys(running: Deployment, space: Space) -> list[Canary]:
    """Walk every journey; return the secrets that were made on the way."""
    adviser = Adviser(space, "safiag", running.staff_token("safiag", "adviser"))
    walks = (
        planted.by_mail(space, MGAS),
        planted.by_post(space, SAFIAG),
        planted.welcomed(space),
        planted.created(space, CREATOR),
        planted.on_a_new_device(space, ELSEWHERE, running.databases["identity"]),
        planted.helped(adviser, SAFIAG),
    )
    return [canary for found in await asyncio.gather(*walks) for canary in found]


def _numbers() -> list[Canary]:
    numbers = [number for line in EVERYBODY for number in (line["nir"], line["nir"][:13])]
    return [Canary("social-security number", number) for number in numbers]


def _persons() -> list[Canary]:
    emails = (planted.EMAIL, planted.PRESENT_EMAIL, planted.WELCOME_EMAIL, planted.TYPED_EMAIL, planted.DEVICE_EMAIL)
    names = ("Canarinom", "Canariprénom", "Canarinaissance", "Canarienfant")
    return [
        *birth_date_notations("1961-07-23"),
        *birth_date_notations("2015-02-27"),
        *(Canary("e-mail", email) for email in emails),
        *(Canary("name", name) for name in names),
        Canary("address", "Canaribourg"),
        Canary("address", "Canariville"),
        Canary("phone", "699001234"),
        *(Canary("membership number", line["membership_number"]) for line in EVERYBODY),
    ]


async def test_no_canary_is_found_where_it_must_not_be(
    tmp_path: Path, postgres_url: str, broker: RabbitMqServer, relay: SmtpProcess
) -> None:
    settings = {f"{service.upper()}_LOG_LEVEL": "DEBUG" for service in SERVICES}
    settings |= exporting_to(tmp_path / "traces") | {"IDENTITY_PASSKEY_ORIGINS": ORIGIN}
    async with (
        deployment(
            tmp_path, postgres_url=postgres_url, rabbitmq_url=broker.url, smtp_url=relay.url, **settings
        ) as running,
        aiohttp.ClientSession() as client,
        _overheard(broker.url) as heard,
    ):
        for brand, lines in IMPORTED.items():
            await running.import_members(client, brand, lines)
        await until_rows(running.databases["identity"], "SELECT count(*) FROM accounts", len(EVERYBODY))
        secrets = await _journeys(running, _space(running, client, relay))
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

    assert {
        found[1].decode() for message in heard if (found := re.search(rb'"type": ?"([a-z.-]+v1)"', message))
    } >= EVENTS
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


def test_a_mailed_code_is_found_where_it_stands_alone_and_not_in_a_longer_number() -> None:
    code = Canary("code", "48159263", alone=True)
    texts = (b'{"code": "48159263"}', b"NDgxNTkyNjM=", b"1763748159263", b"0.481592631")

    assert [code.is_in(text) for text in texts] == [True, True, False, False]

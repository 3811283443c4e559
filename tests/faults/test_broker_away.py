"""While RabbitMQ is down, HTTP answers as before, readiness says what is degraded, and all is delivered after its return."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.support.deployment import Deployment, deployment
from tests.support.members import member_line
from tests.support.rabbitmq_server import RabbitMqServer
from tests.support.smtp_process import SmtpProcess

pytestmark = pytest.mark.slow

MEMBERS = 10
SETTLED_SECONDS = 1.5  # a quorum queue that was declared a moment before a kill may come back without a leader


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMqServer]:
    """A broker of one's own, since it is taken away."""
    server = RabbitMqServer.start(tmp_path_factory.mktemp("rabbitmq"))
    yield server
    server.stop()


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[SmtpProcess]:
    process = SmtpProcess.start(tmp_path)
    yield process
    process.stop()


async def test_resets_are_taken_while_the_broker_is_away_and_mailed_when_it_is_back(
    tmp_path: Path, postgres_url: str, broker: RabbitMqServer, relay: SmtpProcess
) -> None:
    async with (
        deployment(tmp_path, postgres_url=postgres_url, rabbitmq_url=broker.url, smtp_url=relay.url) as running,
        aiohttp.ClientSession() as client,
    ):
        emails = [f"personne.{number}@example.org" for number in range(MEMBERS)]
        await running.import_members(client, "mgas", [member_line(n, email=email) for n, email in enumerate(emails)])
        await asyncio.sleep(SETTLED_SECONDS)
        before = await _readiness(client, running)
        broker.kill()
        answers = [await _ask(client, running, email) for email in emails]
        away = await _readiness(client, running)
        mails_while_away = len(relay.mails())
        await asyncio.to_thread(broker.restart)
        async with asyncio.timeout(60):
            while len(relay.mails()) < MEMBERS:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.2)
        async with asyncio.timeout(30):
            while (after := await _readiness(client, running)) != before:  # noqa: ASYNC110
                await asyncio.sleep(0.3)

    assert answers == [202] * MEMBERS
    assert before == dict.fromkeys(before, (200, "ready", "up"))
    assert away == dict.fromkeys(before, (200, "degraded", "down"))
    assert mails_while_away == 0
    assert after == before
    assert sorted(mail.recipients[0] for mail in relay.mails()) == sorted(emails)


async def _ask(client: aiohttp.ClientSession, running: Deployment, email: str) -> int:
    url = f"{running.url('identity')}/v1/mgas/password-resets"
    async with client.post(url, json={"identifier": email}) as response:
        return response.status


async def _readiness(client: aiohttp.ClientSession, running: Deployment) -> dict[str, tuple[int, str, str]]:
    found = {}
    for name, port in running.ports.items():
        async with client.get(f"http://127.0.0.1:{port}/health/ready") as response:
            report = await response.json()
            found[name] = (response.status, report["status"], report["checks"]["broker"])
    return found

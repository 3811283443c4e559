"""300 resets while workers are killed, the broker is restarted and the mail relay refuses: a verdict, not an impression."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from tests.support.deployment import Deployment, deployment, until_rows
from tests.support.limits_steps import brands_without_limits
from tests.support.members import member_line
from tests.support.rabbitmq_server import RabbitMqServer
from tests.support.smtp_process import SmtpProcess

RESETS = 300
SECONDS_OF_ASKING = 24.0
SETTLE_SECONDS = 120.0
SEED = 20261121

pytestmark = pytest.mark.slow


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMqServer]:
    """A broker of one's own, since it is restarted."""
    server = RabbitMqServer.start(tmp_path_factory.mktemp("rabbitmq"))
    yield server
    server.stop()


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[SmtpProcess]:
    """A mail relay that can be told to refuse."""
    process = SmtpProcess.start(tmp_path)
    yield process
    process.stop()


async def test_no_accepted_reset_is_lost_and_no_extra_copy_is_unexplained(
    tmp_path: Path, postgres_url: str, broker: RabbitMqServer, relay: SmtpProcess
) -> None:
    settings = {
        "NOTIFICATIONS_RETRY_SECONDS": "[0.5, 1, 2, 4, 8]",
        "NOTIFICATIONS_SMTP_DATA_SECONDS": "5",  # a lease outlives what is being sent: a short one, so that the test is short
        "NOTIFICATIONS_LEASE_SECONDS": "10",
        "IDENTITY_BRANDS_DIRECTORY": str(brands_without_limits(tmp_path)),  # one address asks for everybody
    }
    async with (
        deployment(
            tmp_path, postgres_url=postgres_url, rabbitmq_url=broker.url, smtp_url=relay.url, **settings
        ) as running,
        aiohttp.ClientSession() as client,
    ):
        emails = [f"personne.{number}@example.org" for number in range(RESETS)]
        lines = [member_line(number, email=email) for number, email in enumerate(emails)]
        await running.import_members(client, "mgas", lines)
        await until_rows(running.databases["identity"], "SELECT count(*) FROM accounts", RESETS)
        killing = asyncio.create_task(_kill_workers(running))
        trouble = asyncio.create_task(_make_trouble(broker, relay))
        accepted = await _ask(client, running, emails)
        kills = await killing
        await trouble
        await _wait_until_settled(running, relay, accepted)
        verdict = await _verdict(running, relay, accepted, kills)

    print("\n" + "\n".join(f"{name:>12}: {value}" for name, value in verdict.items()))
    assert len(accepted) == RESETS
    assert (verdict["published"], verdict["consumed"], verdict["mailed"]) == (RESETS, RESETS, RESETS)
    assert verdict["lost"] == 0
    assert verdict["stuck"] == 0
    assert verdict["duplicated"] <= kills
    assert verdict["copies with another Message-ID"] == 0


async def _ask(client: aiohttp.ClientSession, running: Deployment, emails: list[str]) -> list[str]:
    accepted = []
    for email in emails:
        url = f"{running.url('identity')}/v1/mgas/password-resets"
        async with client.post(url, json={"identifier": email}) as response:
            if response.status == 202:
                accepted.append(email)
        await asyncio.sleep(SECONDS_OF_ASKING / RESETS)
    return accepted


async def _kill_workers(running: Deployment) -> int:
    chance, kills = random.Random(SEED), 0
    ends = asyncio.get_running_loop().time() + SECONDS_OF_ASKING
    while asyncio.get_running_loop().time() < ends:
        await asyncio.sleep(chance.uniform(0.6, 1.6))
        service = chance.choice(["identity", "notifications"])
        running.kill(f"{service} work")
        running.start(service, "work")
        kills += 1
    return kills


async def _make_trouble(broker: RabbitMqServer, relay: SmtpProcess) -> None:
    await asyncio.sleep(SECONDS_OF_ASKING * 0.2)
    relay.refuse_recipients("451 4.7.1 greylisted, come back later")
    await asyncio.sleep(SECONDS_OF_ASKING * 0.2)
    await asyncio.to_thread(broker.restart)
    relay.behave()


async def _count(running: Deployment, service: str, sql: str) -> int:
    connection = await asyncpg.connect(running.databases[service])
    try:
        return int(await connection.fetchval(sql))
    finally:
        await connection.close()


async def _wait_until_settled(running: Deployment, relay: SmtpProcess, accepted: list[str]) -> None:
    ends = asyncio.get_running_loop().time() + SETTLE_SECONDS
    while asyncio.get_running_loop().time() < ends:
        if len(_copies(relay)) == len(accepted) and await _stuck(running) == 0:
            return
        await asyncio.sleep(0.5)


def _copies(relay: SmtpProcess) -> dict[str, list[str]]:
    copies: dict[str, list[str]] = {}
    for mail in relay.mails():
        copies.setdefault(mail.recipients[0], []).append(str(mail.message["Message-ID"]))
    return copies


async def _stuck(running: Deployment) -> int:
    return (
        await _count(running, "identity", "SELECT count(*) FROM reset_requests")
        + await _count(running, "identity", "SELECT count(*) FROM outbox WHERE published_at IS NULL")
        + await _count(running, "notifications", "SELECT count(*) FROM deliveries WHERE state <> 'sent'")
    )


async def _verdict(running: Deployment, relay: SmtpProcess, accepted: list[str], kills: int) -> dict[str, int]:
    copies = _copies(relay)
    per_address = Counter({address: len(ids) for address, ids in copies.items()})
    return {
        "accepted": len(accepted),
        "kills": kills,
        "published": await _count(
            running,
            "identity",
            "SELECT count(*) FROM outbox WHERE type = 'reset.requested.v1' AND published_at IS NOT NULL",
        ),
        "consumed": await _count(
            running, "notifications", "SELECT count(*) FROM inbox WHERE event_type = 'reset.requested.v1'"
        ),
        "mailed": sum(1 for address in accepted if per_address[address]),
        "lost": sum(1 for address in accepted if not per_address[address]),
        "duplicated": sum(number - 1 for number in per_address.values()),
        "stuck": await _stuck(running),
        "copies with another Message-ID": sum(len(set(ids)) - 1 for ids in copies.values()),
    }

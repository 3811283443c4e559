"""What an operator does and sees, by the commands of docs/operating.md."""

import asyncio
import json
from typing import Any

import aiohttp

from tests.support.compose_stack import Stack
from tests.support.waiting import eventually

QUEUE = "identity.member.changed.v1"

PUBLISH_RUBBISH = """
import asyncio, pathlib, aio_pika
async def publish():
    url = pathlib.Path("/run/secrets/identity_broker_url").read_text()
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.default_exchange.publish(aio_pika.Message(b"rubbish"), routing_key={queue!r})
asyncio.run(publish())
"""


async def test_dead_letters_are_listed_replayed_and_discarded(stack: Stack) -> None:
    stack.run_in("identity-work", "python", "-c", PUBLISH_RUBBISH.format(queue=QUEUE))

    async def listed(action: str = "list") -> str:
        return stack.run_in("identity-work", "service", "dead-letters", action, "--event", "member.changed.v1")

    one = f"{QUEUE}.dead: 1 × rejected: not an event envelope"
    assert one in await eventually(listed, lambda text: one in text)
    assert one in await listed("replay")  # what it would do
    stack.run_in("identity-work", "service", "dead-letters", "replay", "--really")
    assert one in await eventually(listed, lambda text: one in text)  # it failed again, and is back
    stack.run_in("identity-work", "service", "dead-letters", "discard", "--really")
    assert await listed() == f"{QUEUE}.dead: empty\n"


async def test_while_a_service_is_away_the_gateway_answers_with_a_problem(stack: Stack) -> None:
    url = f"{stack.address('gateway', 8080)}/api/documents/v1/me/documents"
    stack.compose("stop", "documents-serve")
    try:
        async with aiohttp.ClientSession() as client, client.get(url) as response:
            answer = await response.json(content_type="application/problem+json")
    finally:
        stack.compose("start", "--wait", "documents-serve")

    assert (response.status, answer["status"], answer["code"]) == (503, 503, "temporarily-unavailable")
    assert response.headers["Retry-After"] == "2"
    assert response.headers["X-Request-Id"] == answer["request_id"]


async def test_while_the_broker_is_away_a_service_answers_and_says_degraded(stack: Stack) -> None:
    async def readiness() -> dict[str, Any]:
        ask = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8080/health/ready').read().decode())"
        report: dict[str, Any] = json.loads(stack.run_in("identity-serve", "python", "-c", ask))
        return report

    stack.compose("stop", "rabbitmq")
    try:
        away = await readiness()
    finally:
        stack.compose("start", "--wait", "rabbitmq")
    back = await eventually(readiness, lambda report: report["status"] == "ready")

    assert (away["status"], away["checks"]["broker"], away["checks"]["database"]) == ("degraded", "down", "up")
    assert back["status"] == "ready"


async def test_an_import_flows_through_the_gateway_as_it_comes(stack: Stack) -> None:
    host, port = stack.address("gateway", 8080).removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /api/contracts/v1/mgas/imports?kind=members HTTP/1.1\r\nHost: {host}\r\n"
    writer.write(f"{head}Content-Type: application/x-ndjson\r\nContent-Length: 3000000000\r\n\r\n{{".encode())
    # No token: the service says so at once, though by far not everything was sent.
    answer = await asyncio.wait_for(reader.read(4096), 10)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b'"code":"not-signed-in"' in answer

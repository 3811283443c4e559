"""What the stack keeps apart: databases, queues, private keys, and what the gateway lets through."""

import asyncio

import aiohttp
import pytest

from tests.support.compose_stack import Stack, StackFailed
from tests.support.orchestration import SERVICES

EVERY_WAY = """
for role in {roles}; do for database in {databases}; do
  PGPASSWORD=$(cat /run/secrets/$role-password) \
    psql --host 127.0.0.1 --username $role --dbname $database --command 'SELECT 1' > /dev/null 2>&1 \
    && echo $role $database
done; done; true
"""

READ_A_QUEUE = """
import asyncio, pathlib, aio_pika
async def read():
    url = pathlib.Path("/run/secrets/identity_broker_url").read_text()
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await (await channel.get_queue({queue!r}, ensure=False)).get(fail=False)
        print("read")
asyncio.run(read())
"""


def test_a_role_connects_to_its_own_database_and_to_no_other(stack: Stack) -> None:
    databases = " ".join([*SERVICES, "postgres", "template1"])
    script = EVERY_WAY.format(roles=" ".join(SERVICES), databases=databases)
    connected = stack.run_in("postgres", "sh", "-c", script).splitlines()

    assert connected == [f"{service} {service}" for service in SERVICES]


def test_a_service_reads_its_own_queues(stack: Stack) -> None:
    script = READ_A_QUEUE.format(queue="identity.member.enrolled.v1.dead")

    assert stack.run_in("identity-work", "python", "-c", script) == "read\n"


def test_a_service_reads_no_queue_of_another(stack: Stack) -> None:
    script = READ_A_QUEUE.format(queue="notifications.reset.requested.v1")

    with pytest.raises(StackFailed, match="ACCESS_REFUSED"):
        stack.run_in("identity-work", "python", "-c", script)


def test_a_container_has_no_secret_of_another_service(stack: Stack) -> None:
    names = stack.run_in("documents-work", "ls", "/run/secrets").split()

    assert names == ["data-keys.json", "documents_broker_url", "documents_database_url", "sealing-keys.json"]


def test_no_password_is_in_the_environment_of_a_process(stack: Stack) -> None:
    environment = stack.run_in("identity-serve", "cat", "/proc/1/environ").split("\0")
    passwords = stack.run_in("postgres", "sh", "-c", "cat /run/secrets/*-password").split()

    assert [line for line in environment if "amqp://" in line or "postgresql://" in line] == []
    assert [line for line in environment for password in passwords if password in line] == []


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "path",
    [
        "/health/live",
        "/health/ready",
        "/metrics",
        "//metrics",
        "/./metrics",
        "/v1/../metrics",
        "/%6detrics",
        "/%2e/health/ready",
        "/health%2Flive",
        "/metrics/",
    ],
)
async def test_health_and_metrics_do_not_pass_the_gateway(stack: Stack, service: str, path: str) -> None:
    status, answer = await raw_get(stack, f"/api/{service}{path}")

    assert status == 404
    assert '"code":"not-found"' in answer


@pytest.mark.parametrize("service", SERVICES)
async def test_every_service_is_behind_the_gateway_at_its_own_root(stack: Stack, service: str) -> None:
    status, answer = await raw_get(stack, f"/api/{service}/openapi.json")

    assert status == 200
    assert '"openapi":"3.1' in answer.replace(" ", "")


async def test_a_request_id_is_kept_and_a_strange_one_replaced(stack: Stack) -> None:
    given = {"good": "0123456789abcdef-from-a-client", "strange": "no spaces please"}
    kept = {}
    async with aiohttp.ClientSession() as client:
        for name, value in given.items():
            headers = {"X-Request-Id": value}
            async with client.get(
                f"{stack.address('gateway', 8080)}/api/identity/nothing", headers=headers
            ) as response:
                kept[name] = response.headers["X-Request-Id"]

    assert kept["good"] == given["good"]
    assert kept["strange"] != given["strange"]


async def test_a_body_that_no_service_takes_is_refused_with_a_problem(stack: Stack) -> None:
    url = f"{stack.address('gateway', 8080)}/api/identity/v1/mgas/password-resets"
    async with (
        aiohttp.ClientSession() as client,
        client.post(url, data=b"x" * 500_000, headers={"Content-Type": "application/json"}) as response,
    ):
        answer = await response.json(content_type="application/problem+json")

    assert (response.status, answer["code"]) == (413, "body-too-large")
    assert response.headers["Server"] == "nginx"


async def raw_get(stack: Stack, path: str) -> tuple[int, str]:
    """Send a path as it is written: clients tidy it."""
    host, port = stack.address("gateway", 8080).removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    return int(answer.split()[1]), answer

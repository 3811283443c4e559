"""The images' health check: which port it asks, and what it makes of the answer."""

import asyncio
import socket

import pytest
from aiohttp import web
from identity_service.settings import IdentitySettings

from deploy.healthcheck import is_ready, port_of

pytestmark = pytest.mark.unit

FIELDS = IdentitySettings.model_fields


@pytest.mark.parametrize(("verb", "field"), [("serve", "http_port"), ("work", "work_health_port")])
def test_without_a_variable_it_asks_the_default_port_of_the_settings(verb: str, field: str) -> None:
    command_line = ["python", "-m", "identity_service", verb, ""]

    assert port_of(command_line, {}) == FIELDS[field].default


@pytest.mark.parametrize(("verb", "port"), [("serve", 9000), ("work", 9001)])
def test_with_variables_it_asks_the_port_that_they_set(verb: str, port: int) -> None:
    environment = {"IDENTITY_HTTP_PORT": "9000", "IDENTITY_WORK_HEALTH_PORT": "9001", "PATH": "/bin"}

    assert port_of(["docker-init", "--", "python", "-m", "identity_service", verb, ""], environment) == port


def test_a_command_without_a_port_is_healthy_while_it_runs() -> None:
    assert port_of(["python", "-m", "identity_service", "migrate", ""], {}) is None


@pytest.mark.parametrize(("status", "ready"), [(200, True), (503, False), (500, False)])
async def test_only_200_is_ready(status: int, ready: bool) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    application = web.Application()
    application.router.add_get("/health/ready", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        found = await asyncio.to_thread(is_ready, runner.addresses[0][1])
    finally:
        await runner.cleanup()

    assert found is ready


def test_a_closed_port_is_not_ready() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    assert is_ready(port) is False

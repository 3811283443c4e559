"""The notifications service, opened for one test over a fresh copy of its migrated database, with a relay of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from notifications_service.resources import MIGRATIONS, SERVICE
from service_kit.migrate import migrate

from tests.support import servers
from tests.support.notifications_fixtures import RunningNotifications, running_notifications
from tests.support.smtp_server import RecordingSmtpServer


@pytest.fixture(scope="session")
async def notifications_template(postgres_url: str) -> AsyncIterator[str]:
    """The name of a migrated database to copy from."""
    name = servers.unique_name("notifications_template")
    await migrate(await servers.create_database(postgres_url, name), service=SERVICE, directory=MIGRATIONS)
    yield name
    await servers.drop_database(postgres_url, name)


@pytest.fixture
async def notifications_url(notifications_template: str, new_database: Callable[..., Awaitable[str]]) -> str:
    """The address of a fresh database of the service."""
    return await new_database("notifications", template=notifications_template)


@pytest.fixture
async def relay() -> AsyncIterator[RecordingSmtpServer]:
    """A mail relay that records, and misbehaves on command."""
    async with RecordingSmtpServer() as smtp:
        yield smtp


@pytest.fixture
async def service(
    tmp_path: Path, notifications_url: str, relay: RecordingSmtpServer
) -> AsyncIterator[RunningNotifications]:
    """The service with production's retries, leases and pauses: the clock is moved instead of waiting."""
    async with running_notifications(tmp_path, notifications_url, relay.url) as running:
        yield running

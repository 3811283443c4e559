"""What every test may ask for. Servers start when the first test asks, so that unit tests start none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.support import servers

SERVERS = {"postgres_url", "rabbitmq_url"}
TASK_SECONDS = 1.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark `unit` what lies in tests/*/domain or tests/structure, asks for no server and is not slow."""
    for item in items:
        place = item.path.relative_to(Path(__file__).parent)
        asked = set(getattr(item, "fixturenames", ()))
        if {"domain", "structure"} & set(place.parts) and not asked & SERVERS and not item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.unit)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a superuser's database on the run's PostgreSQL."""
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def rabbitmq_url() -> Iterator[str]:
    """The address of the run's RabbitMQ, with the policies that production has."""
    with servers.rabbitmq() as url:
        yield url


@pytest.fixture
async def new_database(postgres_url: str) -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """Makes databases that live as long as the test: `await new_database("identity", template=…)` → address."""
    made: list[str] = []

    async def create(name: str, *, template: str | None = None) -> str:
        made.append(servers.unique_name(name))
        return await servers.create_database(postgres_url, made[-1], template=template)

    yield create
    for name in made:
        await servers.drop_database(postgres_url, name)


@pytest.fixture(autouse=True)
async def no_task_is_left_over() -> AsyncIterator[None]:
    """Fails the test that leaves an asyncio task running: in a service that is work nobody waits for."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    if left:
        await asyncio.wait(left, timeout=TASK_SECONDS)  # the last steps of a clean end
    names = sorted(f"{task.get_name()}: {task.get_coro()}" for task in left if not task.done())

    assert names == []

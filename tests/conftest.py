"""What every test may ask for. Servers start when the first test asks, so that unit tests start none."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support import servers, shared_run

SERVERS = {"postgres_url", "rabbitmq_url"}
TASK_SECONDS = 1.0


def pytest_configure() -> None:
    """Let `tmp_path` lie in memory where there is room: every key that is made, and every document, is synced to its disk."""
    if memory := servers.memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark `unit` what lies in tests/*/domain or tests/structure, asks for no server and is not slow; and `alone`."""
    for item in items:
        place = item.path.relative_to(Path(__file__).parent)
        asked = set(getattr(item, "fixturenames", ()))
        if {"domain", "structure"} & set(place.parts) and not asked & SERVERS and not item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.unit)
        if place.name.endswith("_take_the_same_time.py"):
            item.add_marker(pytest.mark.alone)
    if shared_run.is_worker(config):
        # Files that take long come first, so that no worker is left with one while the others have nothing to do.
        long = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in long)


def pytest_collection_finish() -> None:
    """Spare the collector what lives to the end of the run: the modules and thousands of tests."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Start what the workers of this run share; unit tests need no server."""
    shared = ExitStack()
    config.add_cleanup(shared.close)
    shared.enter_context(shared_run.turns_for_workers())
    if not config.option.markexpr.startswith("unit"):
        shared.enter_context(shared_run.servers_for_workers())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test that is marked `alone` while no other worker runs one."""
    with shared_run.turn(alone=item.get_closest_marker("alone") is not None):
        return (yield)


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

"""One run on several pytest-xdist workers: the same PostgreSQL and RabbitMQ for all, and silence for whom it matters to.

The controller starts the servers before its workers → their addresses and a folder of locks reach the workers by the
environment → each test takes a turn: along with others, or alone.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support import servers

TURNS = "TEST_TURNS_DIRECTORY"


@contextmanager
def servers_for_workers() -> Iterator[None]:
    """Start what all workers share, and tell them by environment variables, as a developer would."""
    with ExitStack() as stack:
        os.environ["TEST_POSTGRES_URL"] = stack.enter_context(servers.postgres())
        os.environ["TEST_RABBITMQ_URL"] = stack.enter_context(servers.rabbitmq())
        yield


@contextmanager
def turns_for_workers() -> Iterator[None]:
    """Make the folder of locks, and tell of it in the same way."""
    with tempfile.TemporaryDirectory(prefix="espace-turns-") as folder:
        os.environ[TURNS] = folder
        yield


def is_worker(config: pytest.Config) -> bool:
    """Tell whether this process runs a part of the tests that a controller gives out."""
    return hasattr(config, "workerinput")


@contextmanager
def turn(*, alone: bool) -> Iterator[None]:
    """Hold a turn among the workers: whoever is `alone` waits until every other test has ended, and others wait meanwhile.

    The kernel lets go of both locks when a worker dies. Without workers there is nothing to wait for.
    """
    folder = os.environ.get(TURNS)
    if folder is None:
        yield
        return
    with (Path(folder) / "door").open("w") as door, (Path(folder) / "room").open("w") as room:
        # Who waits for an empty room keeps the door, or others would go on entering for ever.
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield

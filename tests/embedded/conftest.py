"""Embedded PostgreSQL servers of tests: where they live, and that nothing of them is left."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from espace_embedded.postgres_server import PostgresServer

from tests.support.servers import passable_directory


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that every user may pass through."""
    with passable_directory() as directory:
        yield directory


@pytest.fixture
def start() -> Iterator[Callable[..., PostgresServer]]:
    """Starts servers, and removes what they leave on disk."""
    started: list[PostgresServer] = []

    def start_one(directory: Path, *, port: int | None = None) -> PostgresServer:
        started.append(PostgresServer.start(directory, port=port))
        return started[-1]

    yield start_one
    for server in started:
        server.stop()
    for server in {server._directory: server for server in started}.values():
        server.remove()

"""Finds or starts the PostgreSQL and the RabbitMQ of a test run, and makes databases on the one.

In this order: an address in the environment; a container where a Docker engine answers; a server of our own.
Never a silent skip: without any of them every test that needs one fails, with the commands that help.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil
from espace_embedded.postgres_server import PostgresServer

from tests.support.rabbitmq_server import DEFINITIONS, USER, RabbitMqServer, user_definitions

POSTGRES_IMAGE = "postgres:17"
RABBITMQ_IMAGE = "rabbitmq:4-management"
MEMORY = Path("/dev/shm")
OURS = "espace-tests-"
MEMORY_BYTES = 2 * 1024**3  # four times what the whole suite has needed at once


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the address of a superuser's database `postgres`."""
    if address := os.environ.get("TEST_POSTGRES_URL"):
        yield address
    elif docker_answers():
        with _postgres_container() as address:
            yield address
    else:
        with _own_postgres() as address:
            yield address


@contextmanager
def rabbitmq() -> Iterator[str]:
    """Yield the address of a broker that has the policies of `deploy/rabbitmq/definitions.json`."""
    if address := os.environ.get("TEST_RABBITMQ_URL"):
        yield address
    elif docker_answers():
        with _rabbitmq_container() as address:
            yield address
    else:
        with _own_rabbitmq() as address:
            yield address


@cache
def docker_answers() -> bool:
    """Tell whether testcontainers would find an engine.

    In a process of its own: where there is none, the client leaves a socket open, which is an error in our tests.
    """
    ask = "import docker; docker.from_env(timeout=5).ping()"
    return subprocess.run([sys.executable, "-c", ask], capture_output=True, check=False).returncode == 0


def memory() -> Path | None:
    """Return where files lie in memory, if there is room: copying a database takes 15 ms there and 80 to 170 on a disk."""
    try:
        room = os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES
    except OSError:
        return None
    return MEMORY if room else None


async def create_database(admin_url: str, name: str, *, template: str | None = None) -> str:
    """Create a database, as a copy of the template if one is named, and return its address (about 30 ms).

    Nobody may be connected to the template. Raises asyncpg.DuplicateDatabaseError.
    """
    copy = f" TEMPLATE {_quoted(template)} STRATEGY FILE_COPY" if template else ""
    await execute(admin_url, f"CREATE DATABASE {_quoted(name)}{copy}")
    return urlsplit(admin_url)._replace(path=f"/{name}").geturl()


async def drop_database(admin_url: str, name: str) -> None:
    """Drop a database, and cut whoever is still connected to it. A missing one is no error."""
    await execute(admin_url, f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")


def unique_name(name: str) -> str:
    """Return a database's name that another run on the same server cannot have chosen."""
    return f"{name}_{secrets.token_hex(4)}"


async def execute(url: str, statement: str) -> None:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _own_postgres() -> Iterator[str]:
    with passable_directory() as directory:
        server = PostgresServer.start(directory / "postgres", port=None, durable=False)
        try:
            yield server.url
        finally:
            server.remove()


@contextmanager
def _own_rabbitmq() -> Iterator[str]:
    with passable_directory() as directory:
        server = RabbitMqServer.start(directory)
        try:
            yield server.url
        finally:
            server.stop()


@contextmanager
def passable_directory() -> Iterator[Path]:
    """Yield a directory for a server's data, in memory where there is room.

    pytest's own are closed to others, and root must run PostgreSQL as somebody else.
    """
    _sweep()
    directory = Path(tempfile.mkdtemp(prefix=f"{OURS}{os.getpid()}-", dir=memory()))
    directory.chmod(0o711)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _sweep() -> None:
    """Give back the memory that runs took which were killed."""
    for directory in MEMORY.glob(f"{OURS}*-*"):
        maker = directory.name.removeprefix(OURS).partition("-")[0]
        if maker.isdecimal() and not psutil.pid_exists(int(maker)):
            shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _postgres_container() -> Iterator[str]:
    from testcontainers.community.postgres import PostgresContainer

    container = PostgresContainer(POSTGRES_IMAGE, username="postgres", dbname="postgres", driver=None)
    forgetful = "postgres -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
    with container.with_command(forgetful) as running:
        yield running.get_connection_url()


@contextmanager
def _rabbitmq_container() -> Iterator[str]:
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import ExecWaitStrategy

    password = secrets.token_urlsafe(16)
    users = json.dumps(user_definitions(USER, password)).encode()
    folder = "/etc/rabbitmq/test-definitions"
    container = DockerContainer(RABBITMQ_IMAGE).with_exposed_ports(5672)
    container.with_copy_into_container(DEFINITIONS.read_bytes(), f"{folder}/1-policies.json")
    container.with_copy_into_container(users, f"{folder}/2-users.json")
    setting = f"load_definitions = {folder}\n".encode()
    container.with_copy_into_container(setting, "/etc/rabbitmq/conf.d/90-tests.conf")
    # `ping` answers before the port listens.
    container.waiting_for(ExecWaitStrategy(["rabbitmq-diagnostics", "-q", "check_port_connectivity"]))
    with container as running:
        place = f"{running.get_container_host_ip()}:{running.get_exposed_port(5672)}"
        yield f"amqp://{USER}:{password}@{place}/"

"""A stack of docker-compose.yml under a project name of its own, on free ports: up, looked into, and taken down with its data."""

import json
import os
import secrets
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.orchestration import ROOT

START_SECONDS = 300


class StackFailed(Exception):
    """A docker compose command failed; the message is what it and the containers said."""


@dataclass(frozen=True)
class Stack:
    """One project of docker compose."""

    project: str
    gateway_port: int  # named, since pages' origins are made of it

    def compose(self, *arguments: str) -> str:
        """Run a docker compose command and return its output; raise StackFailed."""
        command = ["docker", "compose", "--project-directory", str(ROOT), "--project-name", self.project, *arguments]
        ports = {"GATEWAY_PORT": str(self.gateway_port), "RABBITMQ_PORT": "0", "MAILPIT_PORT": "0"}
        environment = os.environ | ports | {"VERSION": "test"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise StackFailed(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def up(self) -> None:
        """Start everything and wait until all is healthy."""
        self.compose("up", "--wait", "--wait-timeout", str(START_SECONDS), "--quiet-pull")

    def exit_codes(self) -> dict[str, int]:
        """Return service → exit status of its container, which has ended."""
        lines = self.compose("ps", "--all", "--format", "json").splitlines()
        return {one["Service"]: one["ExitCode"] for one in map(json.loads, lines)}

    def address(self, service: str, port: int) -> str:
        """Return http://host:port of a published port."""
        return f"http://{self.compose('port', service, str(port)).strip()}"

    def run_in(self, service: str, *command: str) -> str:
        """Run a command in a running container and return its output; raise StackFailed."""
        return self.compose("exec", "--no-TTY", service, *command)

    def sql(self, database: str, query: str) -> str:
        """Return the rows of a query by the superuser, one a line."""
        psql = ["psql", "--username", "postgres", "--dbname", database, "--tuples-only", "--no-align"]
        return self.run_in("postgres", *psql, "--command", query).strip()

    def copy_from(self, service: str, place: str, to: Path) -> Path:
        """Copy a file or folder out of a container, running or ended, into the folder `to`; return where it is now."""
        self.compose("cp", f"{service}:{place}", str(to))
        return to / Path(place).name


@contextmanager
def running_stack() -> Iterator[Stack]:
    """Build the images and bring a stack up; at the end remove containers, networks and volumes.

    What went wrong with docker compose is told with the last lines of every container.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        gateway_port: int = probe.getsockname()[1]
    stack = Stack(f"espace-test-{secrets.token_hex(3)}", gateway_port)
    try:
        stack.compose("build")
        stack.up()
        yield stack
    except StackFailed as error:
        logs = stack.compose("logs", "--no-color", "--tail", "40")
        raise StackFailed(f"{error}\n{logs}") from None
    finally:
        stack.compose("down", "--volumes", "--remove-orphans", "--timeout", "20")

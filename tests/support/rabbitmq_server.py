"""Runs a private RabbitMQ node from the distribution's package, with the policies that production has.

`start` → our own epmd → the node as a direct child, on free loopback ports → the first AMQP frame says ready.
Used by `servers` for the whole run, and by fault tests that stop, kill and restart a node of their own.
"""

import base64
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from espace_embedded.child_process import start_child

DEFINITIONS = Path(__file__).parents[2] / "deploy" / "rabbitmq" / "definitions.json"
START_SECONDS = 90.0
STOP_SECONDS = 30.0
USER = "espace"

# Not /usr/sbin/rabbitmq-server, which changes user and directory.
SCRIPTS = ["/usr/lib/rabbitmq/bin", "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin", "/opt/homebrew/opt/rabbitmq/sbin"]

CONFIGURATION = """\
load_definitions = {definitions}
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 50MB
"""

# Schedulers that sleep when idle: the tests need the cores. One of each kind, since what a start takes is loading code, and
# every step of that would wake another thread.
ERLANG = "+S 1:1 +SDio 1 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"


class RabbitMqUnavailable(Exception):
    """The private node cannot run here; the message names the commands that help."""


class RabbitMqServer:
    """A running node; only `start` makes one."""

    def __init__(self, directory: Path, *, script: Path) -> None:
        self.directory = directory
        self._script = script
        self._password = secrets.token_urlsafe(16)
        self._port, self._distribution_port, self._epmd_port = _free_ports(3)
        self._epmd: subprocess.Popen[bytes] | None = None
        self._node: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, directory: Path) -> "RabbitMqServer":
        """Start a fresh node in an empty directory, and return when it answers AMQP (3 to 6 s).

        Raises RabbitMqUnavailable. Installs the package where it is missing and we are root on Debian.
        """
        server = cls(directory, script=_find_script() or _install())
        server._write_configuration()
        try:
            server.restart()
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def url(self) -> str:
        return f"amqp://{USER}:{self._password}@127.0.0.1:{self._port}/"

    def alive(self) -> bool:
        return self._node is not None and self._node.poll() is None

    def restart(self) -> None:
        """Stop the node if it runs, and start it on the same ports and data."""
        self._stop_node()
        if self._epmd is None or self._epmd.poll() is not None:
            self._epmd = self._child("epmd", "-address", "127.0.0.1", "-port", str(self._epmd_port))
        self._node = self._child(self._script)
        self._wait_until_ready()

    def kill(self) -> None:
        """End the node as a power cut would; `restart` brings it back."""
        if self._node is not None:
            self._node.kill()
            self._node.wait()

    def stop(self) -> None:
        """End the node in good order, then its epmd; again does no harm."""
        self._stop_node()
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait()

    def _stop_node(self) -> None:
        if self._node is None or not self.alive():
            return
        self._node.terminate()
        try:
            self._node.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def _child(self, program: str | Path, *arguments: str) -> subprocess.Popen[bytes]:
        path = shutil.which(program)
        if path is None:
            raise RabbitMqUnavailable(f"{program} is missing: is Erlang installed?")
        return start_child(
            [path, *arguments],
            user=None,
            environment=self._environment(),
            log=self.directory / f"{Path(program).name}.log",
            parting_signal=signal.SIGTERM,
        )

    def _environment(self) -> dict[str, str]:
        here = self.directory
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(here),  # holds the cookie that nodes and tools share
            "LC_ALL": "C.UTF-8",
            "RUNNING_UNDER_SYSTEMD": "true",  # makes the script become the node, rather than wait for it
            "RABBITMQ_NODENAME": f"espace-{self._port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_MNESIA_BASE": str(here / "data"),
            "RABBITMQ_LOG_BASE": str(here / "log"),
            "RABBITMQ_PID_FILE": str(here / "pid"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(here / "generated"),
            "RABBITMQ_CONF_ENV_FILE": str(here / "none"),
            "RABBITMQ_CONFIG_FILE": str(here / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(here / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG,
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_CRASH_DUMP_SECONDS": "0",
        }

    def _write_configuration(self) -> None:
        definitions = self.directory / "definitions"
        definitions.mkdir(parents=True)
        (definitions / "1-policies.json").write_text(DEFINITIONS.read_text())
        (definitions / "2-users.json").write_text(json.dumps(user_definitions(USER, self._password)))
        (self.directory / "rabbitmq.conf").write_text(CONFIGURATION.format(definitions=definitions))
        (self.directory / "plugins").write_text("[].\n")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not _answers_amqp(self._port):
            if not self.alive() or time.monotonic() > deadline:
                log = (self.directory / "rabbitmq-server.log").read_text(errors="replace")
                raise RabbitMqUnavailable(f"RabbitMQ did not start; it said:\n{log[-2000:]}")
            time.sleep(0.05)


def user_definitions(name: str, password: str) -> dict[str, object]:
    """Return definitions of one administrator, by the broker's own salted digest: no `rabbitmqctl` (a second each)."""
    salt = secrets.token_bytes(4)
    digest = base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
    algorithm = "rabbit_password_hashing_sha256"
    user = {"name": name, "password_hash": digest, "hashing_algorithm": algorithm, "tags": ["administrator"]}
    permission = {"user": name, "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}
    return {"users": [user], "permissions": [permission]}


def _find_script() -> Path | None:
    places = (Path("/").glob(f"{place.lstrip('/')}/rabbitmq-server") for place in SCRIPTS)
    return next((script for found in places for script in found), None)


def _install() -> Path:
    install = "apt-get install -y --no-install-recommends rabbitmq-server"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"RabbitMQ is missing: {install}", file=sys.stderr)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (install, "apt-get update", install):
            subprocess.run(command.split(), env=environment, stdout=subprocess.DEVNULL, check=False)
            if script := _find_script():
                return script
    raise RabbitMqUnavailable(
        "no RabbitMQ for the tests. Any of these helps:\n"
        f"  sudo {install}      (Debian, Ubuntu)\n"
        "  brew install rabbitmq      (macOS)\n"
        "  export TEST_RABBITMQ_URL=amqp://user:password@host:5672/      (a broker of yours, for tests alone)\n"
        "  start a Docker engine      (the tests then run rabbitmq:4-management)"
    )


def _answers_amqp(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"  # a method frame: Connection.Start
    except OSError:
        return False


def _free_ports(count: int) -> list[int]:
    """Hold all while choosing, so that they differ."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports

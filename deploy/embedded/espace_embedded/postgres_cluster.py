"""Makes a PostgreSQL cluster on disk: its password, initdb, its version. Used by `postgres_server`."""

import os
import re
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

from espace_embedded.child_process import start_child
from espace_embedded.postgres_home import Home, PostgresUnavailable
from espace_embedded.postmaster import read_status

INITDB = ["--username=postgres", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256"]


def superuser_password(directory: Path, home: Home) -> str:
    """Return the superuser's password, drawn before initdb. Raises PostgresUnavailable."""
    path = directory / "password"
    if path.exists():
        return path.read_text()
    if home.data.exists():
        raise PostgresUnavailable(f"the file {path} is missing, and the data in {home.path} needs it")
    unfinished = directory / "password.unfinished"
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(secrets.token_urlsafe(24))
    return unfinished.rename(path).read_text()


def create_cluster(home: Home, *, password: str) -> None:
    """Create the cluster unless it exists. Raises PostgresUnavailable.

    initdb runs beside the final place, and a rename ends it: an interrupted one leaves nothing half made.
    """
    if home.data.exists():
        return
    unfinished, password_file = home.path / "data.unfinished", home.path / "password.initdb"
    shutil.rmtree(unfinished, ignore_errors=True)
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if home.user:
        os.chown(password_file, *home.user)
    try:
        _run_initdb(home, unfinished, password_file)
    finally:
        password_file.unlink()
    unfinished.rename(home.data)


def _run_initdb(home: Home, target: Path, password_file: Path) -> None:
    process = start_child(
        [home.program("initdb"), "-D", target, *INITDB, "--pwfile", password_file],
        user=home.user,
        environment=environment(home.data),
        log=home.path / "initdb.log",
        parting_signal=signal.SIGTERM,
    )
    if process.wait() != 0:
        raise PostgresUnavailable(f"PostgreSQL's initdb failed: {reason(home.path / 'initdb.log')}")


def refuse_other_version(home: Home) -> None:
    """Raise PostgresUnavailable where the data is of another major version than the binaries."""
    written_by = (home.data / "PG_VERSION").read_text().strip()
    answer = subprocess.run([home.program("postgres"), "--version"], capture_output=True, text=True, check=True)
    version = answer.stdout.strip().removeprefix("postgres (PostgreSQL) ")
    if version.split(".")[0] != written_by:
        raise PostgresUnavailable(f"the data in {home.path} is of PostgreSQL {written_by}, and this is {version}")


def environment(data: Path) -> dict[str, str]:
    """Return all that a program of PostgreSQL gets to see: PGDATA and its like would steer it."""
    status = read_status(data)
    variables = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # macOS insists on a plain locale
    # A process that a stale postmaster.pid names is not our server any more: a zombie, or the number went to
    # somebody else. This variable tells PostgreSQL so, and keeps its check for surviving children, which
    # deleting the file would lose.
    return variables | ({"PG_GRANDPARENT_PID": str(status.pid)} if status else {})


def reason(log: Path) -> str:
    """Pick the one line of a log that says what is wrong."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if re.search("could not bind|FATAL|PANIC|error:|Error", line)]
    return (telling or lines or ["it said nothing"])[0]

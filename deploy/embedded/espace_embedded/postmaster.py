"""Recognises and stops a PostgreSQL server process, our child or an orphan. Used by `postgres_server`."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

FORCE_SECONDS = 5.0


class Status(NamedTuple):
    """What a server says of itself: its process, and whether it is starting, ready or stopping."""

    pid: int
    state: str


def read_status(data: Path) -> Status | None:
    """Read the server's own status file, which a killed server leaves behind; state `ready`: it answers."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    # Line 1 is the process, line 8 the state; the file is written piece by piece.
    return Status(int(lines[0]), lines[7].strip() if len(lines) > 7 else "") if lines and lines[0].isdigit() else None


def is_postmaster(pid: int, data: Path) -> bool:
    """Tell whether this process is alive and is the server of this very data directory."""
    try:
        if Path("/proc/self").exists():
            # A server works inside its data directory; a zombie has no directory any more.
            is_server = Path(f"/proc/{pid}/exe").readlink().name.startswith("postgres")
            return is_server and Path(f"/proc/{pid}/cwd").samefile(data)
    except OSError:
        return False
    ps = subprocess.run(["ps", "-o", "stat=,args=", "-p", str(pid)], capture_output=True, text=True)
    return not ps.stdout.startswith("Z") and "postgres" in ps.stdout and str(data) in ps.stdout


def stop_postmaster(pid: int, *, is_running: Callable[[], bool], seconds: float) -> None:
    """Ask for a fast shutdown, then an immediate one (which still ends the server's children), then kill."""
    steps = ((signal.SIGINT, seconds), (signal.SIGQUIT, FORCE_SECONDS), (signal.SIGKILL, FORCE_SECONDS))
    for number, patience in steps:
        if not is_running():
            return
        os.kill(pid, number)
        deadline = time.monotonic() + patience
        while is_running() and time.monotonic() < deadline:
            time.sleep(0.01)

"""The `work` process of notifications, for tests that kill or freeze it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from notifications_service.settings import NotificationsSettings

from tests.support.notifications_fixtures import environment_of

ROOT = Path(__file__).parents[2]
SHORT = {"lease_seconds": 2, "smtp_data_seconds": 1.5, "http_port": 0, "work_health_port": 0}


@contextmanager
def worker_process(settings: NotificationsSettings, *, log: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run `work` with these settings, its log in a file; it is killed at the end, if it has not been before."""
    command = [sys.executable, "-m", "notifications_service", "work"]
    with (log or Path("/dev/null")).open("wb") as output:
        process = subprocess.Popen(command, env=environment_of(settings), cwd=ROOT, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.kill()
        process.wait()

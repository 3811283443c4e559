"""Runs the recording mail relay in a process of its own: it survives what fault tests do, and costs a bench no loop time."""

import subprocess
import sys
from pathlib import Path

from tests.support.smtp_server import ReceivedMail, from_json

ROOT = Path(__file__).parents[2]


class SmtpProcess:
    """A running relay; only `start` makes one."""

    def __init__(self, process: subprocess.Popen[str], *, port: int, directory: Path) -> None:
        self.process = process
        self.port = port
        self._directory = directory

    @classmethod
    def start(cls, directory: Path, *, port: int = 0) -> "SmtpProcess":
        """Start it, keeping its record in the directory, and return when it listens. Raises ChildProcessError."""
        command = [sys.executable, "-m", "tests.support.smtp_server", "--port", str(port)]
        command += ["--record", str(directory / "mails.jsonl"), "--refusal", str(directory / "refusal")]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        first_line = process.stdout.readline()
        process.stdout.close()
        if not first_line:
            raise ChildProcessError(f"the mail relay ended with status {process.wait()}")
        return cls(process, port=int(first_line), directory=directory)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def mails(self) -> list[ReceivedMail]:
        """Return what has come so far, over all starts in this directory."""
        record = (self._directory / "mails.jsonl").read_text()
        complete = record[: record.rfind("\n") + 1]
        return [from_json(line) for line in complete.splitlines()]

    def refuse_recipients(self, answer: str) -> None:
        """Answer every RCPT so, until `behave`."""
        unfinished = self._directory / "refusal.unfinished"
        unfinished.write_text(answer)
        unfinished.replace(self._directory / "refusal")

    def behave(self) -> None:
        (self._directory / "refusal").unlink(missing_ok=True)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()

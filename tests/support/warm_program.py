"""Runs one of our programs many times for the price of one start: its imports are loaded once, then each run is a fork.

`WarmProgram.start` → this file as a process that imports the program → a line for each run → a child that runs it from its
first line, with an environment and outputs of its own. For tests of what a program says before it starts anything.
"""

import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import traceback
from importlib import import_module
from pathlib import Path
from typing import IO, NamedTuple, NoReturn

ROOT = Path(__file__).parents[2]
RUN_SECONDS = 10


class Ended(NamedTuple):
    """How a run ended; a signal that ended it is a negative status."""

    status: int
    written: str
    """What came on standard output and standard error."""


class WarmProgram:
    """A program that is loaded; only `start` makes one."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @classmethod
    def start(cls, module: str) -> "WarmProgram":
        """Load what `python -m module` would load."""
        command = [sys.executable, "-m", __name__, module]
        return cls(subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))

    def run(self, *arguments: str, environment: dict[str, str]) -> Ended:
        """Run it to its end as `python -m module arguments` with this environment alone."""
        asked, answered = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answered is not None
        print(json.dumps([arguments, environment]), file=asked, flush=True)
        return Ended(*json.loads(answered.readline()))

    def stop(self) -> None:
        """End the process."""
        self._process.communicate()


def main() -> None:
    """Load the module that the command line names, then run it once for each line of standard input."""
    module = sys.argv[1]
    import_module(module)
    for line in sys.stdin:
        arguments, environment = json.loads(line)
        print(json.dumps(_run(module, arguments, environment)), flush=True)


def _run(module: str, arguments: list[str], environment: dict[str, str]) -> tuple[int, str]:
    with tempfile.TemporaryFile() as output:
        child = os.fork()  # nothing here has threads
        if child == 0:
            _become(module, arguments, environment, output)
        _, how = os.waitpid(child, 0)
        output.seek(0)
        return os.waitstatus_to_exitcode(how), output.read().decode()


def _become(module: str, arguments: list[str], environment: dict[str, str], output: IO[bytes]) -> NoReturn:
    signal.alarm(RUN_SECONDS)
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream in (1, 2):
        os.dup2(output.fileno(), stream)
    sys.argv = [module, *arguments]
    sys.modules.pop(module)  # it runs from its first line, as the main program
    status = _status_of(module)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _status_of(module: str) -> int:
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if not isinstance(end.code, str):
            return end.code or 0
        print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    else:
        return 0
    return 1


if __name__ == "__main__":
    main()

"""A run of a warm program is a run of its own: first line to exit status, with nothing of the run before."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.warm_program import WarmProgram

PROGRAM = """
import os, sys

count = globals().get("count", 0) + 1
if __name__ == "__main__":
    print(count, sys.argv[1:], os.environ.get("WORD"), "PATH" in os.environ)
    os.environ["WORD"] = "left over"
    sys.stderr.write("error\\n")
    exec(sys.argv[1])
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WarmProgram]:
    (tmp_path / "a_warm_program.py").write_text(PROGRAM)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    started = WarmProgram.start("a_warm_program")
    yield started
    started.stop()


@pytest.mark.parametrize(
    ("last_words", "status"),
    [
        ("pass", 0),
        ("sys.exit()", 0),
        ("sys.exit(3)", 3),
        ("sys.exit('sorry')", 1),
        ("1 / 0", 1),
        (f"os.kill(os.getpid(), {int(signal.SIGTERM)})", -signal.SIGTERM),
    ],
)
def test_a_run_ends_with_the_status_that_the_interpreter_would_give(program, last_words, status):
    assert program.run(last_words, environment={}).status == status


def test_each_run_begins_anew_with_its_own_environment(program):
    runs = [program.run("pass", environment=environment) for environment in ({"WORD": "one"}, {}, dict(os.environ))]

    assert [sorted(run.written.splitlines()) for run in runs] == [
        ["1 ['pass'] one False", "error"],
        ["1 ['pass'] None False", "error"],
        ["1 ['pass'] None True", "error"],
    ]


def test_what_a_failing_run_says_is_seen(program):
    assert "sorry" in program.run("sys.exit('sorry')", environment={}).written
    assert "ZeroDivisionError" in program.run("1 / 0", environment={}).written

"""Turns among workers: many tests at once, or one alone, who is not kept waiting by those who come later."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.shared_run import TURNS, turn

HELD_SECONDS = 0.2
PATIENCE_SECONDS = 10


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks of our own, whatever run this test belongs to."""
    monkeypatch.setenv(TURNS, str(tmp_path))


def take(*, alone: bool) -> tuple[threading.Event, Callable[[], None]]:
    """Ask for a turn as another worker would; return what tells that it came, and what ends it."""
    came, over = threading.Event(), threading.Event()

    def test() -> None:
        with turn(alone=alone):
            came.set()
            over.wait(PATIENCE_SECONDS)

    worker = threading.Thread(target=test)
    worker.start()

    def end() -> None:
        over.set()
        worker.join(PATIENCE_SECONDS)

    return came, end


def test_tests_take_their_turn_together():
    turns = [take(alone=False) for _ in range(3)]
    came = [one.wait(PATIENCE_SECONDS) for one, _ in turns]
    for _, end in turns:
        end()

    assert came == [True] * 3


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True), (True, True)])
def test_nobody_else_has_a_turn_while_one_is_alone(first, second):
    first_came, end_first = take(alone=first)
    first_came.wait(PATIENCE_SECONDS)
    came, end_second = take(alone=second)
    meanwhile = came.wait(HELD_SECONDS)
    end_first()
    afterwards = came.wait(PATIENCE_SECONDS)
    end_second()

    assert (meanwhile, afterwards) == (False, True)


def test_who_waits_to_be_alone_goes_before_those_who_come_later():
    first_came, end_first = take(alone=False)
    first_came.wait(PATIENCE_SECONDS)
    alone_came, end_alone = take(alone=True)
    alone_came.wait(HELD_SECONDS)
    late_came, end_late = take(alone=False)
    late_meanwhile = late_came.wait(HELD_SECONDS)
    end_first()
    alone_came.wait(PATIENCE_SECONDS)
    late_before_the_end_of_who_is_alone = late_came.is_set()
    end_alone()
    late_afterwards = late_came.wait(PATIENCE_SECONDS)
    end_late()

    assert (late_meanwhile, late_before_the_end_of_who_is_alone, late_afterwards) == (False, False, True)

"""How far an import is: a bar that is drawn anew on a terminal, a line now and then elsewhere."""

import sys
import time
from typing import TextIO

WIDTH = 30
PLAIN_SECONDS = 10.0
DRAWN_SECONDS = 0.1


class ImportProgress:
    """Shows the steps of one file; `total` 0 is a length that nobody knows."""

    def __init__(self, name: str, stream: TextIO = sys.stderr) -> None:
        self._name, self._stream = name, stream
        self._is_terminal = stream.isatty()
        self._step, self._begun, self._shown_at = "", time.monotonic(), 0.0

    def show(self, step: str, done: int, total: int, unit: str) -> None:
        """Tell that `done` of `total` is behind us; a new step begins a new bar."""
        now = time.monotonic()
        is_new = step != self._step
        if is_new:
            self._end_step()
            self._step, self._begun = step, now
        pause = DRAWN_SECONDS if self._is_terminal else PLAIN_SECONDS
        if not is_new and now - self._shown_at < pause and (done != total or not self._is_terminal):
            return
        self._shown_at = now
        speed = done / (now - self._begun) if now > self._begun else 0.0
        self._write(
            f"{self._name}: {step} {self._measure(done, total, unit)}" + (f" ({speed:,.0f}/s)" if speed else "")
        )

    def end(self) -> None:
        """Leave the last bar behind."""
        self._end_step()

    def _measure(self, done: int, total: int, unit: str) -> str:
        if not total:
            return f"{done:,} {unit}"
        filled = WIDTH * done // total
        bar = f"[{'#' * filled}{'.' * (WIDTH - filled)}] " if self._is_terminal else ""
        return f"{bar}{100 * done // total} % of {total:,} {unit}"

    def _write(self, text: str) -> None:
        # \x1b[K: whatever was longer before is wiped.
        self._stream.write(f"\r{text}\x1b[K" if self._is_terminal else f"{text}\n")
        self._stream.flush()

    def _end_step(self) -> None:
        if self._is_terminal and self._step:
            self._stream.write("\n")
        self._step = ""

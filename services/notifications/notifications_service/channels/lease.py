"""A lease on claimed rows, by two clocks: the wall's, by which other workers claim, and one that nobody sets.

A worker that was frozen may thaw on a machine whose clock was set back meanwhile, or which slept: by one clock alone a lease
could seem to last.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

# Counts on while the machine sleeps, where the system has such a clock (Linux).
_TICKING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def ticks() -> float:
    """Return seconds on a clock that only goes forwards."""
    return time.clock_gettime(_TICKING)


@dataclass(frozen=True)
class Lease:
    """What was claimed is ours `until` then, unless `ticks` says that it is later."""

    until: datetime
    ends_at_tick: float
    ticks: Callable[[], float] = ticks

    @classmethod
    def beginning(cls, now: datetime, seconds: float, ticks: Callable[[], float] = ticks) -> "Lease":
        """Return a lease of so many seconds: ask before the claim is sent, so that it never ends later than the row says."""
        return cls(now + timedelta(seconds=seconds), ticks() + seconds, ticks)

    def seconds_left(self, now: datetime) -> float:
        """Return what is left by the clock that is ahead."""
        return min((self.until - now).total_seconds(), self.ends_at_tick - self.ticks())

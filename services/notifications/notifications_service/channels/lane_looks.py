"""What the seats of a process know of the lanes from each other, so that not each of them asks the database the same."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

from service_kit.wake import Wake

from notifications_service.domain.lanes import Lane

A_LITTLE_LESS = 0.9  # who comes with the next poll looks again


class LaneLooks:
    """Which lanes were empty at the last look: nobody need look again before a wake, or the next poll."""

    def __init__(self, wake: Wake, *, poll_seconds: float) -> None:
        self._wake, self._bell = wake, wake.bell()
        self._patience = timedelta(seconds=poll_seconds * A_LITTLE_LESS)
        self._empty_at: dict[Lane, datetime] = {}
        self._alarm: asyncio.TimerHandle | None = None

    def is_worth_it(self, lane: Lane, now: datetime) -> bool:
        """Tell whether a lane may hold something."""
        if self._bell.is_set():
            self._bell.clear()
            self._empty_at.clear()
        empty_at = self._empty_at.get(lane)
        return empty_at is None or now - empty_at >= self._patience

    def found_empty(self, lanes: Iterable[Lane], now: datetime) -> None:
        """Remember that a look which began at `now` has left nothing due in these lanes."""
        if not self._bell.is_set():  # something has come while the database was asked
            self._empty_at |= dict.fromkeys(lanes, now)

    def call_others(self) -> None:
        """Wake the other seats: there is more in a lane than one seat has taken."""
        has_news = self._bell.is_set()
        self._wake.call_here()
        if not has_news:  # of lanes that are known to be empty nothing is new
            self._bell.clear()

    def call_in(self, seconds: float) -> None:
        """Wake the seats after so long, when the pace lets more go; the earliest call counts."""
        loop = asyncio.get_running_loop()
        if self._alarm is not None and self._alarm.when() > loop.time() + seconds:
            self._alarm.cancel()
            self._alarm = None
        if self._alarm is None:
            self._alarm = loop.call_later(seconds, self._ring)

    def close(self) -> None:
        """Call nobody any more."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _ring(self) -> None:
        self._alarm = None
        self.call_others()

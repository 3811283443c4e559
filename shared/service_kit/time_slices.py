"""Long work on the event loop, cut into slices: whoever else is on the loop waits for one of them at most.

`await slices.pause()` between two steps costs next to nothing until a slice is over.
"""

import asyncio
import time

SLICE_SECONDS = 0.003
TURNS = 3  # a request goes through some turns of the loop: to be read, to be understood, to ask its database


class TimeSlices:
    """Counts the seconds that one piece of work has had the loop for itself."""

    def __init__(self, seconds: float = SLICE_SECONDS) -> None:
        self._seconds, self._begun = seconds, time.perf_counter()

    async def pause(self) -> None:
        """Let the others go first when the slice is over."""
        if time.perf_counter() - self._begun > self._seconds:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            self._begun = time.perf_counter()

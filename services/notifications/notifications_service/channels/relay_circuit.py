"""A circuit breaker for the mail relay: while it is down, mails wait untouched and one probe at a time is made."""

from collections.abc import Sequence
from datetime import datetime, timedelta


class RelayCircuit:
    """Closed while the relay answers; `pauses` are the seconds to wait after the first, second, … failure in a row."""

    def __init__(self, pauses: Sequence[float]) -> None:
        self._pauses = pauses
        self._failures = 0
        self._open_until: datetime | None = None

    @property
    def is_probing(self) -> bool:
        """Tell whether the last try failed: the next one should risk one mail only."""
        return self._failures > 0

    def lets_through(self, now: datetime) -> bool:
        """Tell whether a mail may be tried."""
        return self._open_until is None or now >= self._open_until

    def failed(self, now: datetime, *, at_least: float = 0.0) -> None:
        """Open for the next pause, or for `at_least` seconds; several failures in one pause count once."""
        if not self.lets_through(now):
            return
        pause = self._pauses[min(self._failures, len(self._pauses) - 1)]
        self._failures += 1
        self._open_until = now + timedelta(seconds=max(pause, at_least))

    def succeeded(self) -> None:
        """Close."""
        self._failures, self._open_until = 0, None

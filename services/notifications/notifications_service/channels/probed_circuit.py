"""A circuit breaker that asks before it risks a mail: while a relay is down, mails wait untouched, or go elsewhere.

Closed → mails go. Open → none does, and after a pause one probe is made, without a mail. Answered, the relay is on trial: one
mail at a time, until one has got an answer.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from notifications_service.channels.relay_circuit import RelayCircuit


class ProbedCircuit:
    """Closed while the relay answers; `pauses` are the seconds to wait after the first, second, … failure in a row."""

    def __init__(self, pauses: Sequence[float]) -> None:
        self._breaker = RelayCircuit(pauses)
        self._on_trial = self._is_engaged = False
        self._answered_at: datetime | None = None

    @property
    def is_closed(self) -> bool:
        """Tell whether any number of mails may go."""
        return not self._breaker.is_probing

    @property
    def is_usable(self) -> bool:
        """Tell whether a mail that has begun its way may go on."""
        return self.is_closed or self._on_trial

    @property
    def takes_a_mail(self) -> bool:
        """Tell whether a mail may be begun; on trial only one at a time."""
        return self.is_closed or (self._on_trial and not self._is_engaged)

    def is_due_for_a_probe(self, now: datetime) -> bool:
        """Tell whether the pause is over and nobody has asked the relay since."""
        return not self.is_usable and not self._is_engaged and self._breaker.lets_through(now)

    @contextmanager
    def engaged(self) -> Iterator[None]:
        """Keep others from probing or trying while this is done; nobody is kept where the circuit is closed."""
        is_ours = not self.is_closed
        self._is_engaged = self._is_engaged or is_ours
        try:
            yield
        finally:
            if is_ours:
                self._is_engaged = False

    def failed(self, now: datetime, *, at_least: float = 0.0) -> None:
        """Open for the next pause, or for `at_least` seconds; several failures in one pause count once."""
        self._breaker.failed(now, at_least=at_least)
        self._on_trial = False

    def answered_probe(self) -> None:
        """Let one mail at a time show whether the relay is back."""
        self._on_trial = True

    def succeeded(self, now: datetime) -> None:
        """Close: a mail got an answer, whatever it was."""
        self._breaker.succeeded()
        self._on_trial, self._answered_at = False, now

    def has_answered_since(self, instant: datetime) -> bool:
        """Tell whether another mail got an answer meanwhile: then silence is one mail's, not the relay's."""
        return self._answered_at is not None and self._answered_at >= instant

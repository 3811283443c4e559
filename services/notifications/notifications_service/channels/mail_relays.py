"""The mail relays of one process: a first one, and perhaps a second that stands in while the first is down."""

from collections.abc import Sequence
from dataclasses import dataclass

from notifications_service.channels.probed_circuit import ProbedCircuit
from notifications_service.channels.smtp_sessions import SmtpSessions
from notifications_service.domain.pace import SharedPace

NAMES = ("first", "second")


@dataclass(frozen=True)
class MailRelay:
    """A relay with what is its own: sessions, circuit breaker and pace (None: as fast as it goes)."""

    name: str
    sessions: SmtpSessions
    circuit: ProbedCircuit
    pace: SharedPace | None


class MailRelays:
    """The relays, the one that is preferred first."""

    def __init__(self, relays: Sequence[MailRelay]) -> None:
        self.all = tuple(relays)

    def to_use(self) -> MailRelay | None:
        """Return the first relay that takes a mail now, or None while all are down."""
        return next((relay for relay in self.all if relay.circuit.takes_a_mail), None)

    def has_another(self, relay: MailRelay) -> bool:
        """Tell whether one of the others would take a mail."""
        return any(other.circuit.is_closed for other in self.all if other is not relay)

    async def close(self) -> None:
        """Take leave of every relay."""
        for relay in self.all:
            await relay.sessions.close()

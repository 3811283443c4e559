"""How many mails a second an addressee's domain takes from us, and when a mail that comes too early should come back.

A mail never waits in memory: it is put off to an instant of its own, behind those of its lane that were put off before it.
What is kept is a few numbers for each domain that is at work, in this process alone.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from notifications_service.domain.lanes import Lane
from notifications_service.domain.pace import SharedPace

EVERY_OTHER = "*"
SPACING = 1.1  # a tenth more than the pace asks for: who comes back at its instant then finds room
TIDY_ABOVE = 1000  # domains

_Ends = dict[tuple[Lane, bool], datetime]


class DestinationPaces:
    """Paces by domain; `per_second` names some, and with `*` each of the others."""

    def __init__(self, per_second: Mapping[str, float]) -> None:
        self._per_second = per_second
        self._known: dict[str, _Destination] = {}
        self._tidy_above = TIDY_ABOVE

    @property
    def are_limited(self) -> bool:
        """Tell whether any domain has a limit."""
        return bool(self._per_second)

    def limit_of(self, domain: str) -> str | None:
        """Return which limit a domain (ASCII, lower case) falls under: its own name, `*`, or none."""
        return next((name for name in (domain, EVERY_OTHER) if name in self._per_second), None)

    def turn(self, domain: str, lane: Lane, *, has_waited: bool, now: datetime) -> datetime | None:
        """Count a mail to a domain, and return None when it may go now, otherwise when it should come back.

        `has_waited`: it was put off before, and those that were not do not overtake it.
        """
        limit = self.limit_of(domain)
        if limit is None:
            return None
        if domain not in self._known:
            self._tidy(now)
            self._known[domain] = _Destination(self._per_second[limit])
        return self._known[domain].turn(lane, has_waited=has_waited, now=now)

    def give_back(self, domain: str, lane: Lane, now: datetime) -> None:
        """Count a mail no longer that might go, and was not tried."""
        if domain in self._known:
            self._known[domain].give_back(lane, now)

    def _tidy(self, now: datetime) -> None:
        if len(self._known) >= self._tidy_above:
            self._known = {name: one for name, one in self._known.items() if not one.is_idle(now)}
            self._tidy_above = max(TIDY_ABOVE, 2 * len(self._known))


class _Destination:
    def __init__(self, per_second: float) -> None:
        self._pace = SharedPace(per_second)
        self._ends: _Ends = {}  # of the queues: of each lane those that come for the first time, and those that came before

    def turn(self, lane: Lane, *, has_waited: bool, now: datetime) -> datetime | None:
        queue = (lane, has_waited)
        end = self._ends.get(queue, now)
        overtakes = end > now and not has_waited
        if not overtakes and self._pace.left(lane, now) >= 1:
            self._pace.take(lane, 1, now)
            return None
        spacing = timedelta(seconds=SPACING / self._pace.per_second(lane))
        self._ends[queue] = max(end, now) + spacing
        return self._ends[queue]

    def give_back(self, lane: Lane, now: datetime) -> None:
        self._pace.take(lane, -1, now)

    def is_idle(self, now: datetime) -> bool:
        waited_for = any(end > now for end in self._ends.values())
        return not waited_for and self._pace.seconds_until(Lane.BULK, 1e9, now) == 0

"""What the seats of a process share while they send: relays, paces, and what each has seen of the lanes.

Place in the flow: `usecases/claim_mails` asks how much of which lane a seat may claim, `usecases/send_due_mails` where to
send it.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from notifications_service.channels.lane_looks import LaneLooks
from notifications_service.channels.mail_relays import MailRelay, MailRelays
from notifications_service.domain.destination_paces import DestinationPaces
from notifications_service.domain.hanging_domains import HangingDomains
from notifications_service.domain.lanes import Lane
from notifications_service.domain.mail_seats import Seat
from notifications_service.domain.pace import Pace

A_FEW = 4  # mails that a seat claims at once
FEWER = 2  # while other seats have nothing to do: what is due together is shared


class MailDispatch:
    """One for each process."""

    def __init__(
        self, relays: MailRelays, looks: LaneLooks, *, seats: int, bulk: Pace, domains: DestinationPaces
    ) -> None:
        self.relays, self.looks, self.domains = relays, looks, domains
        self.hanging = HangingDomains()
        self.claiming = asyncio.Lock()  # one seat after the other: what one has seen and taken counts for the next
        self._bulk, self._seats = bulk, seats
        self._turns: Counter[int] = Counter()
        self._at_work = 0
        self._unnoted = 0

    async def close(self) -> None:
        """Call no seat any more, and take leave of the relays."""
        self.looks.close()
        await self.relays.close()

    @property
    def is_behind(self) -> bool:
        """Tell whether something that was sent is not noted yet: claiming now might send it twice."""
        return self._unnoted > 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Count a seat that has mails in hand."""
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1

    @contextmanager
    def noting_late(self) -> Iterator[None]:
        """Count an outcome that the database has not taken yet."""
        self._unnoted += 1
        try:
            yield
        finally:
            self._unnoted -= 1

    def limits(self, seat: Seat, relay: MailRelay, now: datetime) -> dict[Lane, int]:
        """Return how many of each lane a seat may claim for a relay, in the order in which to ask; lanes of none are left out.

        Where only the pace is in the way, the seats are woken as soon as it is not.
        """
        self._turns[seat.number] += 1
        lanes = [lane for lane in seat.order(self._turns[seat.number]) if self._is_worth_it(lane, seat, now)]
        a_few = self.most(seat, relay)
        found = {lane: min(a_few, int(self._left(lane, relay, now))) for lane in lanes}
        if too_early := [lane for lane, most in found.items() if most < 1]:
            self.looks.call_in(min(self._seconds_until(lane, a_few, relay, now) for lane in too_early))
        return {lane: most for lane, most in found.items() if most >= 1}

    def most(self, seat: Seat, relay: MailRelay) -> int:
        """Return how many mails a seat may claim at once: a single one where it is to show whether a relay is back."""
        if not relay.circuit.is_closed:
            return 1
        others_are_busy = seat.is_alone or self._at_work >= self._seats - 1
        return A_FEW if others_are_busy else FEWER

    def take(self, relay: MailRelay, counts: Mapping[Lane, int], now: datetime) -> None:
        """Count so many mails of each lane that go to a relay now; negative ones are given back."""
        for lane, count in counts.items():
            if relay.pace is not None:
                relay.pace.take(lane, count, now)
            if lane is Lane.BULK:
                self._bulk.take(count, now)

    def _is_worth_it(self, lane: Lane, seat: Seat, now: datetime) -> bool:
        return seat.is_alone or self.looks.is_worth_it(lane, now)

    def _left(self, lane: Lane, relay: MailRelay, now: datetime) -> float:
        left = A_FEW if relay.pace is None else relay.pace.left(lane, now)
        return min(left, self._bulk.left(now)) if lane is Lane.BULK else left

    def _seconds_until(self, lane: Lane, count: int, relay: MailRelay, now: datetime) -> float:
        seconds = 0.0 if relay.pace is None else relay.pace.seconds_until(lane, count, now)
        return max(seconds, self._bulk.seconds_until(count, now)) if lane is Lane.BULK else seconds

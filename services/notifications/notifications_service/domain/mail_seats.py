"""Who sends what: the seats of a process, one for each session with a relay, and the lanes that each of them serves.

What is urgent may take every seat. What may wait never does: of two seats or more one is kept for what is urgent, and bulk gets
half of them. So a flood, or ordinary mails on which a relay hangs, leave the way free for a link that somebody waits for.
"""

from dataclasses import dataclass

from notifications_service.domain.lanes import Lane

# Every so many turns a seat asks for a lane that comes later first: however much is urgent, the others move.
TURNS = 4


@dataclass(frozen=True)
class Seat:
    """A place from which one mail after the other is sent, and the lanes it serves, the most urgent first."""

    number: int
    lanes: tuple[Lane, ...]
    probes: bool  # looks after relays that are down
    is_alone: bool = False

    def order(self, turn: int) -> tuple[Lane, ...]:
        """Return the lanes in the order in which to ask at a turn, counted from 1."""
        later = self.lanes[1:]
        if turn % TURNS or not later:
            return self.lanes
        first = later[turn // TURNS % len(later)]
        return (first, *(lane for lane in self.lanes if lane is not first))


ONLY_SEAT = Seat(0, tuple(Lane), probes=True, is_alone=True)


def seats_of(count: int) -> list[Seat]:
    """Return the seats of a process: of four, one serves what is urgent, one ordinary mails too, and two everything."""
    if count == 1:
        return [ONLY_SEAT]
    for_bulk = count // 2
    return [
        Seat(number, _lanes(number, first_for_bulk=count - for_bulk), probes=number == count - 1)
        for number in range(count)
    ]


def _lanes(number: int, *, first_for_bulk: int) -> tuple[Lane, ...]:
    if number == 0:
        return (Lane.URGENT,)
    return tuple(Lane) if number >= first_for_bulk else (Lane.URGENT, Lane.ORDINARY)

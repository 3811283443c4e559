"""So many mails a second: token buckets, one for each lane's share, so that what may wait never takes the whole pace."""

from datetime import UTC, datetime

from notifications_service.domain.lanes import Lane

BURST_SECONDS = 0.25  # after a pause, so many seconds' worth may go at once
LONG_AGO = datetime.min.replace(tzinfo=UTC)
# What a lane may take of a pace, itself and all lanes behind it together: the rest is kept free for those before it.
SHARES = {Lane.URGENT: 1.0, Lane.ORDINARY: 0.8, Lane.BULK: 0.5}


class Pace:
    """At most `per_second` a second, on average; counted at once, or afterwards."""

    def __init__(self, per_second: float) -> None:
        self.per_second = per_second
        self._most = max(1.0, per_second * BURST_SECONDS)
        self._left, self._at = self._most, LONG_AGO

    def left(self, now: datetime) -> float:
        """Return how many may go at this instant; less than 0 where more have gone than the pace allows."""
        gone_by = max(0.0, (now - self._at).total_seconds())
        return min(self._most, self._left + gone_by * self.per_second)

    def take(self, count: float, now: datetime) -> None:
        """Count so many that go now; a negative count gives back."""
        self._left, self._at = min(self._most, self.left(now) - count), now

    def seconds_until(self, count: float, now: datetime) -> float:
        """Return how long it takes until so many may go, or as many as may ever go at once."""
        return max(0.0, (min(count, self._most) - self.left(now)) / self.per_second)


class SharedPace:
    """A pace of several lanes, none of which takes more than its share."""

    def __init__(self, per_second: float) -> None:
        self._of = {lane: Pace(per_second * share) for lane, share in SHARES.items()}

    def per_second(self, lane: Lane) -> float:
        """Return the most that a lane may take."""
        return self._of[lane].per_second

    def left(self, lane: Lane, now: datetime) -> float:
        """Return how many of a lane may go at this instant."""
        return min(pace.left(now) for pace in self._counting(lane))

    def take(self, lane: Lane, count: float, now: datetime) -> None:
        """Count so many of a lane that go now; a negative count gives back."""
        for pace in self._counting(lane):
            pace.take(count, now)

    def seconds_until(self, lane: Lane, count: float, now: datetime) -> float:
        """Return how long it takes until so many of a lane may go, or as many as may ever go at once."""
        return max(pace.seconds_until(count, now) for pace in self._counting(lane))

    def _counting(self, lane: Lane) -> list[Pace]:
        # What a lane takes is missing from the share of those before it, and never the other way round.
        return [pace for other, pace in self._of.items() if other <= lane]

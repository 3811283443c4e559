"""How much a process takes in at a time, and of a person at a time and a day: what comes is held in memory."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from uuid import UUID

from service_kit.clock import PARIS, civil_date
from service_kit.http.problems import TemporarilyUnavailable, TooManyRequests

COME_BACK_SECONDS = 5


class UploadSeats:
    """Seats in one process."""

    def __init__(self, seats: int) -> None:
        self._seats = seats
        self._present: set[UUID] = set()
        self._seated: set[UUID] = set()

    @contextmanager
    def taken_by(self, person_id: UUID) -> Iterator[None]:
        """Hold a seat; raise TooManyRequests while the person has another one, TemporarilyUnavailable when all are taken."""
        with self.awaited_by(person_id) as take_seat:
            take_seat()
            yield

    @contextmanager
    def awaited_by(self, person_id: UUID) -> Iterator[Callable[[], None]]:
        """Yield what takes a seat once it is needed, for as long as this lasts; raise as `taken_by` does."""
        if person_id in self._present:
            raise TooManyRequests(limit=1, retry_after=COME_BACK_SECONDS)
        self._present.add(person_id)

        def take_seat() -> None:
            if len(self._seated) >= self._seats:
                raise TemporarilyUnavailable(retry_after=COME_BACK_SECONDS)
            self._seated.add(person_id)

        try:
            yield take_seat
        finally:
            self._present.discard(person_id)
            self._seated.discard(person_id)


class DailyUploads:
    """How often people have had a seat today (Paris), in one process: it is a process's seats that this protects."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._day: date | None = None
        self._counts: Counter[UUID] = Counter()

    def check_day(self, person_id: UUID, *, now: datetime) -> None:
        """Raise TooManyRequests until tomorrow for whoever has had as many as a day has."""
        today = civil_date(now)
        if today != self._day:
            self._day, self._counts = today, Counter()
        if self._counts[person_id] >= self._most:
            tomorrow = datetime.combine(today + timedelta(days=1), time(), PARIS)
            raise TooManyRequests(limit=self._most, retry_after=int((tomorrow - now).total_seconds()) + 1)

    def count_seat(self, person_id: UUID, *, now: datetime) -> None:
        """Count one more; raise TooManyRequests as `check_day` does."""
        self.check_day(person_id, now=now)
        self._counts[person_id] += 1

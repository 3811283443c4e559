"""How many uploads a process receives at a time, and one of a person: each is held in memory while it comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from service_kit.http.problems import TemporarilyUnavailable, TooManyRequests

COME_BACK_SECONDS = 5


class UploadSeats:
    """Seats in one process."""

    def __init__(self, seats: int) -> None:
        self._seats = seats
        self._taken: set[UUID] = set()

    @contextmanager
    def taken_by(self, person_id: UUID) -> Iterator[None]:
        """Hold a seat; raise TooManyRequests while the person has another one, TemporarilyUnavailable when all are taken."""
        if person_id in self._taken:
            raise TooManyRequests(limit=1, retry_after=COME_BACK_SECONDS)
        if len(self._taken) >= self._seats:
            raise TemporarilyUnavailable(retry_after=COME_BACK_SECONDS)
        self._taken.add(person_id)
        try:
            yield
        finally:
            self._taken.discard(person_id)

"""Notifications on a certain day: a clock that stands where a test puts it, and letters that leave with cut-offs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from identity_service.events import LetterRequired
from service_kit.clock import PARIS

from tests.support.notifications_fixtures import (
    RunningNotifications,
    ShiftedClock,
    letter_required,
    member_enrolled,
    running_notifications,
)


def paris(*parts: int) -> datetime:
    """Return the instant at which clocks in Paris show year, month, day, hour …"""
    return datetime(*parts, tzinfo=PARIS).astimezone(UTC)  # type: ignore[misc]


class StandingClock(ShiftedClock):
    """A clock that stands still until a test moves it."""

    def __init__(self, instant: datetime) -> None:
        super().__init__()
        self.instant = instant

    def now(self) -> datetime:
        """Return the instant that was set."""
        return self.instant

    def advance(self, **duration: float) -> None:
        """Let time pass."""
        self.instant += timedelta(**duration)


@asynccontextmanager
async def notifications_at(
    instant: datetime, directory: Path, database_url: str, smtp_url: str, **changes: Any
) -> AsyncIterator[tuple[RunningNotifications, StandingClock]]:
    """Open notifications whose letters leave with cut-offs, at an instant."""
    clock = StandingClock(instant)
    settings = {"letters_leave": "cut-off"} | changes
    async with running_notifications(directory, database_url, smtp_url, clock=clock, **settings) as service:
        yield service, clock


async def require_letter(service: RunningNotifications, **changes: Any) -> LetterRequired:
    """Let a member be known, and a letter with a code of 21 days be required now."""
    letter = letter_required(**{"expires_at": service.clock.now() + timedelta(days=21)} | changes)
    await service.hear(member_enrolled(member_id=letter.member_id, brand=letter.brand))
    await service.hear(letter)
    return letter


async def hand_over_all(service: RunningNotifications) -> None:
    """Do rounds of the loop for letters until nothing is left to do."""
    while await service.hand_over():
        pass

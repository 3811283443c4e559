"""The four services in this process, on 21 November 2026, for every pact of the run."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from tests.support.parts import OpenedPart, opened_parts


class StandingClock:
    """Always 21 November 2026, ten o'clock in Paris."""

    def now(self) -> datetime:
        """Return it."""
        return datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture(scope="session")
async def parts(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, OpenedPart]]:
    """Service → the opened service; tests use members of their own."""
    folder = tmp_path_factory.mktemp("pacts")
    async with opened_parts(folder, postgres_url, clock=StandingClock()) as opened:
        yield opened

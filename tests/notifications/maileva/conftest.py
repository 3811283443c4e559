"""The service with a print provider that speaks HTTP: a stand-in that each test has for itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.maileva_stand_in import MailevaStandIn, maileva_stand_in
from tests.support.notifications_fixtures import RunningNotifications
from tests.support.submitted_letters_steps import submitting_service


@pytest.fixture
async def provider() -> AsyncIterator[MailevaStandIn]:
    """The print provider, strict, and faulty on demand."""
    async with maileva_stand_in() as stand_in:
        yield stand_in


@pytest.fixture
async def service(
    tmp_path: Path, notifications_url: str, provider: MailevaStandIn
) -> AsyncIterator[RunningNotifications]:
    """The service, whose brand SAFIAG submits its letters to the provider."""
    async with submitting_service(tmp_path, notifications_url, provider) as running:
        yield running

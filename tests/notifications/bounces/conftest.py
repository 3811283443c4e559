"""A listener for what comes back, in front of the service under test."""

from collections.abc import AsyncIterator

import pytest
from notifications_service.channels.bounce_listener import BounceListener

from tests.support.bounce_steps import listening
from tests.support.notifications_fixtures import RunningNotifications


@pytest.fixture
async def listener(service: RunningNotifications) -> AsyncIterator[BounceListener]:
    """Takes SMTP on a free port."""
    async with listening(service) as opened:
        yield opened

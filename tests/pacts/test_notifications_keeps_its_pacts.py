"""Notifications fails to reach people, letters come back; what its outbox then holds is what its listeners expect."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from notifications_service.domain.print_notes import ReturnedNote
from notifications_service.resources import MIGRATIONS, SERVICE
from notifications_service.usecases.give_up_overdue import give_up_overdue
from notifications_service.usecases.note_returned import note_returned
from service_kit import outbox
from service_kit.migrate import migrate

from tests.pacts.test_contracts_hears_notifications import DEAD
from tests.pacts.test_documents_hears_notifications import CAME_BACK
from tests.pacts.test_identity_hears_notifications import FAILED, FULL, LATE, RETURNED
from tests.support.brought_notices import bounced_notice
from tests.support.letter_steps import handed_over, id_of
from tests.support.notice_steps import a_member
from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    member_enrolled,
    reset_requested,
    running_notifications,
)
from tests.support.pacts import Event, verify
from tests.support.smtp_server import RecordingSmtpServer
from tests.support.wire import faults_on_the_wire


@pytest.fixture
async def service(
    tmp_path: Path, new_database: Callable[..., Awaitable[str]], relay: RecordingSmtpServer
) -> AsyncIterator[RunningNotifications]:
    """Notifications on a database of its own."""
    url = await new_database(SERVICE)
    await migrate(url, service=SERVICE, directory=MIGRATIONS)
    async with running_notifications(tmp_path, url, relay.url) as running:
        yield running


@pytest.fixture
async def relay() -> AsyncIterator[RecordingSmtpServer]:
    """A relay, to be told what it refuses."""
    async with RecordingSmtpServer() as smtp:
        yield smtp


async def test_notifications_keeps_its_pact_with_identity(service: RunningNotifications, relay: RecordingSmtpServer):
    async def publish(state: str, _event_type: str) -> Event:
        if state in (FAILED.state, FULL.state):
            relay.behave()
            relay.refuse_recipients("550 5.1.1 unknown user" if state == FAILED.state else "452 4.2.2 full")
            soon = timedelta(seconds=20)  # no time for a second try
            email = f"{uuid4()}@courriel.example"  # what is unknown is not tried again
            await service.hear(reset_requested(expires_at=service.clock.now() + soon, email=email))
            await service.send_mails()
        elif state == RETURNED.state:
            [letter] = await handed_over(service)
            note = ReturnedNote(letter_id=await id_of(service, letter), brand=None, reason="unknown-address")
            await note_returned(service.notifications, note, act=None, now=service.clock.now())
        else:
            assert state == LATE.state
            await service.hear(letter_required(expires_at=service.clock.now() + timedelta(days=21)))
            service.clock.advance(days=20)
            await give_up_overdue(service.notifications)
        return await recorded(service)

    await verify("identity", "notifications", publish)


async def recorded(service: RunningNotifications) -> Event:
    """Return the one event that the outbox holds, as it is on the wire."""
    async with service.notifications.database.transaction() as connection:
        (row,) = await outbox.claim(connection, source=SERVICE, limit=10, lease_seconds=3600)
    event: Event = orjson.loads(row.envelope.encode())
    assert faults_on_the_wire(event) == []
    return event


async def test_notifications_keeps_its_pact_with_contracts(service: RunningNotifications, relay: RecordingSmtpServer):
    async def publish(state: str, _event_type: str) -> Event:
        assert state == DEAD.state
        member_id, email = uuid4(), f"{uuid4()}@courriel.example"
        await service.hear(member_enrolled(member_id=member_id, brand="mgas", email=email))
        relay.refuse_recipients("550 5.1.1 unknown user")
        await service.hear(reset_requested(member_id=member_id, brand="mgas", email=email))
        await service.send_mails()
        return await recorded(service)

    await verify("contracts", "notifications", publish)


async def test_notifications_keeps_its_pact_with_documents(service: RunningNotifications):
    async def publish(state: str, _event_type: str) -> Event:
        assert state == CAME_BACK.state
        await bounced_notice(service, await a_member(service))
        return await recorded(service)

    await verify("documents", "notifications", publish)

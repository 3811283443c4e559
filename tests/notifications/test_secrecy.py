"""Planted words: nothing of a person or a secret is readable in the database, and secrets are not even there once served."""

import io
import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import structlog
from identity_service.events import (
    AccountCreated,
    ActivationRequested,
    EmailChanged,
    EmailChangeRequested,
    NewDeviceSeen,
    PasswordChanged,
)
from notifications_service.usecases.collect_letters import collect_letters
from notifications_service.usecases.give_up_overdue import give_up_overdue
from service_kit.logging import configure_logging

from tests.support.account_events import happens
from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    member_enrolled,
    reset_requested,
)
from tests.support.smtp_server import RecordingSmtpServer

TOKEN, CODE, EMAIL = "Kanarie-token-8yVv1m5bC9oTtZrRsE4uHgPdLaKiY", "K7NR-4WXQ-9PTC", "kanarie.mail@example.org"
PERSON = {"last_name": "Kanarienvogel", "first_name": "Zoëlig", "title": "Mme", "email": EMAIL}
ADDRESS = {"street": "81 chemin de la Kanarie", "postal_code": "61170", "city": "Le Mêle", "country": "FR"}
WORDS = [TOKEN, CODE, CODE.replace("-", ""), EMAIL, "kanarie", "Zoëlig", "chemin"]


async def dump(service: RunningNotifications) -> bytes:
    """Return every column of every table, as text and as raw bytes."""
    columns = await service.rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    )
    found: list[bytes] = []
    for column in columns:
        table, name = column["table_name"], column["column_name"]
        for row in await service.rows(f'SELECT "{name}" AS value FROM "{table}"'):
            value: Any = row["value"]
            found.append(value if isinstance(value, bytes) else str(value).encode())
    return b"\n".join(found).lower()


def readable_in(content: bytes) -> list[str]:
    return [word for word in WORDS if word.lower().encode() in content]


async def plan_both(service: RunningNotifications) -> None:
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id, address=ADDRESS, **PERSON))
    await service.hear(reset_requested(member_id=member_id, brand="safiag", token=TOKEN, email=EMAIL))
    await service.hear(letter_required(member_id=member_id, code=CODE))


async def test_what_waits_is_sealed(service: RunningNotifications):
    await plan_both(service)
    sealed = await service.rows("SELECT content_sealed FROM deliveries WHERE content_sealed IS NOT NULL")

    assert readable_in(await dump(service)) == []
    assert len(sealed) == 2


async def test_what_waits_of_an_accounts_life_is_sealed(service: RunningNotifications):
    personal = {"email": EMAIL, "former_email": f"ancienne.{EMAIL}", "code": CODE, "token": TOKEN, "undo_token": TOKEN}
    events = (ActivationRequested, AccountCreated, PasswordChanged, EmailChangeRequested, EmailChanged, NewDeviceSeen)
    for event in events:
        fields = {name: value for name, value in personal.items() if name in event.model_fields}
        await service.hear(happens(event, **fields))

    assert len(await service.rows("SELECT id FROM deliveries")) == 7
    assert readable_in(await dump(service)) == []


async def test_what_is_in_a_batch_is_sealed(service: RunningNotifications):
    await plan_both(service)
    await collect_letters(service.notifications)
    (row,) = await service.rows("SELECT content_sealed, masked_address FROM deliveries WHERE state = 'batched'")

    assert readable_in(await dump(service)) == []
    assert (row["content_sealed"] is not None, row["masked_address"]) == (True, "Le Mêle")


async def test_what_has_served_is_gone(service: RunningNotifications, relay: RecordingSmtpServer):
    await plan_both(service)
    await service.send_mails()
    await service.hand_over()
    states = await service.rows("SELECT state, content_sealed FROM deliveries ORDER BY state")

    assert TOKEN.encode() in relay.mails[0].raw.replace(b"=\r\n", b"")
    assert states == [{"state": "handed_over", "content_sealed": None}, {"state": "sent", "content_sealed": None}]
    assert readable_in(await dump(service)) == []


async def test_what_has_failed_or_was_given_up_is_gone(service: RunningNotifications, relay: RecordingSmtpServer):
    relay.refuse_recipients(f"550 5.1.1 <{EMAIL}> unknown")
    await plan_both(service)
    await service.hear(letter_required(code=CODE))
    await service.send_mails()
    service.clock.advance(days=20)
    await give_up_overdue(service.notifications)
    states = await service.rows("SELECT state, content_sealed FROM deliveries")

    assert states == [{"state": "failed", "content_sealed": None}] * 3
    assert readable_in(await dump(service)) == []


async def test_a_sealed_value_does_not_open_in_another_row(service: RunningNotifications):
    await plan_both(service)
    await service.hear(reset_requested(email="autre@example.org"))
    await service.rows(
        "UPDATE deliveries SET content_sealed = (SELECT content_sealed FROM deliveries WHERE channel = 'letter')"
        " WHERE channel = 'email' RETURNING id"
    )
    await service.send_mails()

    assert await service.rows("SELECT DISTINCT outcome FROM delivery_attempts") == [{"outcome": "not-written"}]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log as it is configured in production, at its most talkative."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    configure_logging("notifications", level="DEBUG", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


async def test_the_log_shows_nobody(service: RunningNotifications, relay: RecordingSmtpServer, log: io.StringIO):
    relay.refuse_recipients(f"451 4.7.1 <{EMAIL}> later", times=1)
    relay.refuse_mails(f"554 5.7.1 <{EMAIL}> spam")
    await plan_both(service)
    unprintable = ADDRESS | {"city": "Le Mêle-Kanarie-" * 9}
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id, **PERSON | {"address": unprintable}))
    await service.hear(letter_required(member_id=member_id, code=CODE))
    await service.send_mails()
    service.clock.advance(seconds=30)
    await service.send_mails()
    await service.hand_over()
    logged = log.getvalue()

    assert '"event": "delivery_failed"' in logged
    assert '"event": "address_does_not_fit"' in logged
    assert readable_in(logged.lower().encode()) == []

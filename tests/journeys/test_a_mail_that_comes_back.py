"""A reset mail to an address that does not exist turns into a letter by itself, from identity to notifications and back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from identity_service.usecases.decide_resets import decide_due_resets
from identity_service.usecases.request_reset import request_reset
from notifications_service.usecases.send_due_mails import send_due_mails
from service_kit.broker import Verdict

from tests.support.agreements import examples_of
from tests.support.parts import OpenedPart, opened_for, opened_parts
from tests.support.smtp_server import RecordingSmtpServer

Parts = dict[str, OpenedPart]


@pytest.fixture
async def relay() -> AsyncIterator[RecordingSmtpServer]:
    """A relay that takes every mail but those to refused@courriel.example."""
    async with RecordingSmtpServer() as server:
        server.refuse_recipients("550 5.1.1 unknown user", recipient="refused@courriel.example")
        yield server


@pytest.fixture
async def parts(postgres_url: str, tmp_path: Path, relay: RecordingSmtpServer) -> AsyncIterator[Parts]:
    """Identity and notifications, with nobody working in the background."""
    names = ("identity", "notifications")
    async with opened_parts(tmp_path, postgres_url, names=names, smtp_url=relay.url) as opened:
        yield opened


async def enrolled(parts: Parts, email: str) -> dict[str, Any]:
    """Let both services hear of a member with this address."""
    event = examples_of("member.enrolled.v1")["ordinary.json"]
    data = event["data"] | {"member_id": str(uuid4()), "email": email}
    told = event | {"id": str(uuid4()), "subject": f"member/{data['member_id']}", "data": data}

    assert [await part.hear(told) for part in parts.values()] == [Verdict.DONE] * 2
    return data


async def carry(parts: Parts, sender: str, receiver: str) -> list[str]:
    """Do what relay and broker do: let one service hear what the other has recorded since the last time."""
    carried = []
    for envelope in await parts[sender].recorded():
        data = opened_for(parts[sender].world, receiver, envelope)
        told = {"id": str(envelope.id), "type": envelope.type, "source": envelope.source, "subject": envelope.subject}

        assert await parts[receiver].hear(told | {"time": envelope.time.isoformat(), "data": data}) is Verdict.DONE
        carried.append(envelope.type)
    return carried


async def planned(parts: Parts, member: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return purpose, channel and state of every message to a member."""
    async with parts["notifications"].database.connection() as connection:
        rows = await connection.fetch(
            "SELECT purpose, channel, state FROM deliveries WHERE member_id = $1 ORDER BY created_at",
            UUID(member["member_id"]),
        )
    return [tuple(row) for row in rows]


async def test_a_reset_mail_that_comes_back_is_replaced_by_a_letter_and_another_is_not(
    parts: Parts, relay: RecordingSmtpServer
):
    refused = await enrolled(parts, "refused@courriel.example")
    reached = await enrolled(parts, "reached@courriel.example")
    identity = parts["identity"].resources
    for member in (refused, reached):
        now = identity.foundation.clock.now()
        await request_reset(identity, brand=member["brand"], identifier=member["email"], now=now)
    await decide_due_resets(identity)
    there = await carry(parts, "identity", "notifications")
    await send_due_mails(parts["notifications"].resources)
    back = await carry(parts, "notifications", "identity")
    again = await carry(parts, "identity", "notifications")

    assert there == ["reset.requested.v1"] * 2
    assert (back, again) == (["delivery.failed.v1"], ["letter.required.v1"])
    assert await planned(parts, refused) == [
        ("password_reset", "email", "failed"),
        ("posted_code", "letter", "planned"),
    ]
    assert await planned(parts, reached) == [("password_reset", "email", "sent")]
    assert [mail.recipients for mail in relay.mails] == [("reached@courriel.example",)]

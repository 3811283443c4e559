"""The receipt of a request without an account: the same mail whoever it is about, a few a day for an address, deleted by age."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from contracts_service.events import TerminationReceived, TerminationRegistered
from notifications_service.usecases.remove_old_receipts import remove_old_receipts
from service_kit.broker import Verdict

from tests.support.contract_news import told
from tests.support.documents_fixtures import termination
from tests.support.notice_steps import UNKNOWN, a_member, work_off
from tests.support.notifications_fixtures import RunningNotifications
from tests.support.smtp_server import RecordingSmtpServer

AT, TYPED = datetime(2026, 11, 21, 9, 14, tzinfo=UTC), "quelqu.un@ailleurs.example"


async def received(service: RunningNotifications, email: str | None = TYPED, **changes: Any) -> UUID:
    """Have contracts tell of a request that somebody without an account has confirmed."""
    event = told(TerminationReceived, received_at=AT, email=email, **changes)
    assert await service.hear(event) is Verdict.DONE
    return event.termination_id


async def planned(service: RunningNotifications) -> int:
    (row,) = await service.rows("SELECT count(*) AS receipts FROM deliveries WHERE purpose = 'termination_receipt'")
    return int(row["receipts"])


def bare(raw: bytes) -> bytes:
    """Return a mail without what every mail has of its own: ids, instants, and what is computed from them."""
    head, _, body = raw.partition(b"\r\n\r\n")
    unfolded = re.sub(rb"\r\n[ \t]+", b" ", head)
    own = rb"(?im)^(message-id|date|dkim-signature|feedback-id|x-[a-z-]*id):.*$"
    boundaries = set(re.findall(rb'boundary="([^"]+)"', unfolded))
    whole = re.sub(own, rb"\1", unfolded) + b"\r\n\r\n" + body
    for boundary in boundaries:
        whole = whole.replace(boundary, b"boundary")
    return whole


async def test_the_receipts_of_a_match_and_of_a_mismatch_are_the_same_to_the_byte(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id = await a_member(service)
    matching, other = await received(service), await received(service)
    holder = termination()["holder"]
    await service.hear(
        told(TerminationRegistered, member_id=member_id, termination_id=matching, email=None, holder=holder)
    )
    await work_off(service)
    one, two = relay.mails
    text = one.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]

    assert (one.recipients, two.recipients) == ((TYPED,), (TYPED,))
    assert bare(one.raw) == bare(two.raw)
    assert str(other).encode() not in one.raw + two.raw
    assert "21\u00a0novembre\u00a02026 à 10\u00a0h\u00a014" in text
    assert [word for word in ("Da Silva", "prend fin le", "90757001") if word in text] == []


async def test_an_address_gets_three_receipts_a_day_however_it_is_written(service: RunningNotifications):
    for written in (TYPED, TYPED.upper(), "quelqu.un+2@ailleurs.example", TYPED, "quelqu.un+3@ailleurs.example"):
        await received(service, written)
    of_today = await planned(service)
    await received(service, "autre@ailleurs.example")
    await received(service, brand="safiag")
    of_others = await planned(service) - of_today
    service.clock.advance(days=1)
    await received(service)

    assert (of_today, of_others, await planned(service)) == (3, 2, 6)
    assert TYPED not in str(await service.rows("SELECT * FROM receipts_of_the_day"))


async def test_without_an_address_or_with_one_that_is_none_nothing_is_sent(service: RunningNotifications):
    for email in (None, "personne", "deux@arobases@ailleurs.example"):
        await received(service, email)

    assert await planned(service) == 0


async def test_a_receipt_that_reaches_nobody_names_its_request_and_nobodys_letter_follows(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients(UNKNOWN)
    request_id = await received(service)
    await work_off(service)
    (failed,) = await service.published()
    rows = await service.rows("SELECT purpose, state FROM deliveries")

    assert (failed["member_id"], failed["cause"]) == (str(request_id), str(request_id))
    assert failed["at_known_address"] is False
    assert [tuple(row.values()) for row in rows] == [("termination_receipt", "failed")]


async def test_old_receipts_are_deleted_and_messages_to_members_stay(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id = await a_member(service)
    await received(service)
    await service.hear(told(TerminationRegistered, member_id=member_id))
    await work_off(service)
    service.clock.advance(days=29)
    early = await remove_old_receipts(service.notifications)
    service.clock.advance(days=2)
    late = await remove_old_receipts(service.notifications)
    kept = await service.rows("SELECT purpose FROM deliveries")

    assert (early, late) == (0, 1)
    assert [row["purpose"] for row in kept] == ["termination_acknowledged"]
    assert await service.rows("SELECT * FROM receipts_of_the_day") == []

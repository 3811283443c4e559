"""A termination is undone: the member is told what holds now, and what would still acknowledge the termination does not leave."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from contracts_service.events import TerminationCancelled, TerminationRegistered
from documents_service.events import NotedTermination

from tests.support.account_events import EMAIL
from tests.support.brought_notices import LAST_DAY, RECEIVED_AT, brought
from tests.support.contract_news import told
from tests.support.notice_steps import a_member, pages, work_off
from tests.support.notifications_fixtures import RunningNotifications, member_enrolled
from tests.support.smtp_server import RecordingSmtpServer

AT = datetime(2026, 11, 24, 8, 2, tzinfo=UTC)


def undone(member_id: UUID, termination_id: UUID, **changes: Any) -> TerminationCancelled:
    """Return what contracts tells of a termination that was contested."""
    values = {"version": 2, "cause": "contested", "cancelled_at": AT, "end_date": None} | changes
    return told(TerminationCancelled, member_id=member_id, termination_id=termination_id, **values)


def notice_of(member_id: UUID, termination_id: UUID) -> Any:
    """Return the notice of a termination as documents brings it."""
    noted = NotedTermination(
        termination_id=termination_id, received_at=RECEIVED_AT, effective_date=LAST_DAY, use="termination"
    )
    return brought(member_id, termination=noted)


async def states(service: RunningNotifications) -> dict[str, str]:
    rows = await service.rows("SELECT purpose, state, failure, content_sealed FROM deliveries")
    assert [row for row in rows if row["state"] == "stopped" and row["content_sealed"] is not None] == []
    return {row["purpose"]: row["failure"] or row["state"] for row in rows}


@pytest.mark.parametrize(
    ("end_date", "said"),
    [(None, "Votre contrat continue"), (date(2027, 3, 31), "Votre contrat prend fin le 31\u00a0mars\u00a02027")],
)
async def test_a_member_reads_what_holds_now(
    service: RunningNotifications, relay: RecordingSmtpServer, end_date: date | None, said: str
):
    await service.hear(undone(await a_member(service), uuid4(), end_date=end_date))
    await work_off(service)
    (mail,) = relay.mails
    text = mail.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]

    assert said in text
    assert ("continue, avec" in text) == (end_date is None)


async def test_who_has_no_address_or_has_asked_for_paper_reads_it_in_a_letter(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    without, with_paper = await a_member(service, email=None), uuid4()
    await service.hear(member_enrolled(member_id=with_paper, brand="mgas", email=EMAIL, delivery_preference="paper"))
    for member_id in (without, with_paper):
        await service.hear(undone(member_id, uuid4()))
    await work_off(service)
    letters = list(pages(service).values())

    assert relay.mails == []
    assert ["Votre contrat continue" in page and "« annulé »" in page for page in letters] == [True, True]


@pytest.mark.parametrize("email", ["anne@courriel.example", None])
async def test_a_notice_that_has_not_left_is_stopped(
    service: RunningNotifications, relay: RecordingSmtpServer, email: str | None
):
    member_id, termination_id = await a_member(service, email=email), uuid4()
    await service.hear(notice_of(member_id, termination_id))
    await service.hear(undone(member_id, termination_id))

    assert await states(service) == {
        "termination_acknowledged": "termination-cancelled",
        "termination_cancelled": "planned",
    }


async def test_the_notice_of_another_termination_leaves(service: RunningNotifications, relay: RecordingSmtpServer):
    member_id = await a_member(service)
    await service.hear(notice_of(member_id, uuid4()))
    await service.hear(undone(member_id, uuid4()))
    await work_off(service)

    assert await states(service) == {"termination_acknowledged": "sent", "termination_cancelled": "sent"}


async def test_what_comes_after_the_cancellation_is_not_told(service: RunningNotifications):
    member_id, termination_id = await a_member(service), uuid4()
    await service.hear(undone(member_id, termination_id))
    await service.hear(notice_of(member_id, termination_id))
    await service.hear(told(TerminationRegistered, member_id=member_id, termination_id=termination_id))

    assert await states(service) == {"termination_cancelled": "planned"}


async def test_an_acknowledgement_in_words_is_stopped_too(service: RunningNotifications):
    member_id, termination_id = await a_member(service), uuid4()
    await service.hear(told(TerminationRegistered, member_id=member_id, termination_id=termination_id))
    before = await states(service)
    await service.hear(undone(member_id, termination_id))

    assert before == {"termination_acknowledged": "planned"}
    assert (await states(service))["termination_acknowledged"] == "termination-cancelled"

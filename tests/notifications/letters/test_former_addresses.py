"""Where a change of contact details or of a bank account is told: never only where whoever changed them may have led it."""

from typing import Any
from uuid import UUID

import pytest
from contracts_service.event_parts import Address
from contracts_service.events import BankDetailsChanged, ContactDetailsChanged

from tests.support.account_events import EMAIL
from tests.support.contract_news import told
from tests.support.notice_steps import UNKNOWN, a_member, pages, work_off
from tests.support.notifications_fixtures import RunningNotifications, reset_requested
from tests.support.smtp_server import RecordingSmtpServer

FORMER = Address(street="14 rue des Lilas", postal_code="53000", city="Laval", country="FR")


async def hear(service: RunningNotifications, member_id: UUID, event: type[Any], **changes: Any) -> None:
    await service.hear(told(event, member_id=member_id, **changes))


async def test_a_letter_goes_to_the_former_address_and_shows_nothing_of_the_new_one(service: RunningNotifications):
    member_id = await a_member(service, email=None)
    await hear(service, member_id, ContactDetailsChanged, changed=["address"], former_address=FORMER)
    await work_off(service)
    [page] = pages(service).values()

    assert "14 RUE DES LILAS 53000 LAVAL" in page
    assert "Ce qui a changé : votre adresse postale" in page.replace("\u202f", " ")
    assert "MELE" not in page.upper()


async def test_a_change_is_told_by_mail_unless_the_address_is_too_new(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id = await a_member(service)
    await hear(service, member_id, ContactDetailsChanged, former_address=FORMER)
    await work_off(service)
    by_mail = [mail.recipients for mail in relay.mails]
    await hear(service, member_id, ContactDetailsChanged, former_address=FORMER, by_post=True)
    await work_off(service)

    assert by_mail == [(EMAIL,)]
    assert len(relay.mails) == 1
    assert [("LAVAL" in page) for page in pages(service).values()] == [True]


async def test_a_mail_that_fails_becomes_a_letter_to_the_former_address(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id = await a_member(service)
    relay.refuse_recipients(UNKNOWN)
    await hear(service, member_id, BankDetailsChanged, former_email=EMAIL, former_address=FORMER)
    await work_off(service)
    [page] = pages(service).values()

    assert "14 RUE DES LILAS 53000 LAVAL" in page


@pytest.mark.parametrize(("email", "at_known"), [(EMAIL, True), ("typed@example.org", False)])
async def test_a_failure_says_whether_it_was_at_the_address_that_contracts_knows(
    service: RunningNotifications, relay: RecordingSmtpServer, email: str, at_known: bool
):
    member_id = await a_member(service)
    relay.refuse_recipients(UNKNOWN)
    await service.hear(reset_requested(member_id=member_id, brand="mgas", email=email))
    await service.send_mails()
    rows = await service.rows("SELECT data FROM outbox WHERE type = 'delivery.failed.v1'")

    assert [row["data"]["at_known_address"] for row in rows] == [at_known]

"""Who is not reached by mail is told so by letter: once for each address that is given up, and for each notice that came back."""

from typing import Any
from uuid import UUID

import pytest
from contracts_service.events import BankDetailsChanged
from documents_service.events import DocumentIssued
from identity_service.events import AccountLocked, PasswordChanged
from notifications_service.usecases.hear_bounce import hear_bounce

from tests.support.account_events import EMAIL, FORMER_EMAIL, happens
from tests.support.bounce_steps import delivery_report
from tests.support.contract_news import told
from tests.support.notice_steps import UNKNOWN, a_member, a_notice, pages, work_off
from tests.support.notifications_fixtures import RunningNotifications, reset_requested
from tests.support.smtp_server import RecordingSmtpServer


async def letters(service: RunningNotifications) -> list[dict[str, Any]]:
    return await service.rows("SELECT * FROM deliveries WHERE purpose = 'email_unreachable'")


async def comes_back(service: RunningNotifications, cause: UUID, status: str = "5.1.1") -> UUID:
    """Let the mail of a cause, which was sent, come back; return its id."""
    query = "SELECT id, state FROM deliveries WHERE cause = $1 AND channel = 'email'"
    (delivery,) = await service.rows(query, cause)
    assert delivery["state"] == "sent"
    report = delivery_report(status, diagnostic=f"smtp; 550 {status} no")
    assert await hear_bounce(service.notifications, delivery["id"], report)
    mail_id: UUID = delivery["id"]
    return mail_id


async def test_a_notice_that_comes_back_is_named_in_one_letter(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id = await a_member(service)
    first, second = await a_notice(service, member_id), await a_notice(service, member_id)
    await service.send_mails()
    await comes_back(service, first)
    await comes_back(service, second)
    await work_off(service)
    (letter,) = await letters(service)
    text = pages(service)[str(letter["id"])]

    assert len(relay.mails) == 2
    assert (letter["state"], letter["member_id"]) == ("handed_over", member_id)
    for words in ("Nos e-mails ne vous parviennent pas", "z•••@e•••.org", "cotisation", "Vous avez une autre adresse"):
        assert words in text
    assert EMAIL not in text


@pytest.mark.parametrize("status", ["5.2.2", "5.3.0", "4.4.7", "5.7.1"])
async def test_a_notice_that_comes_back_from_an_address_that_may_be_good_is_named_in_a_letter_of_its_own(
    service: RunningNotifications, status: str
):
    member_id = await a_member(service)
    causes = [await a_notice(service, member_id) for _ in range(2)]
    await service.send_mails()
    mails = [await comes_back(service, cause, status) for cause in causes]
    await work_off(service)
    sent = await letters(service)
    texts = [pages(service)[str(letter["id"])] for letter in sent]

    assert {letter["cause"] for letter in sent} == {*mails}
    for text in texts:
        for words in ("Un e-mail ne vous est pas parvenu", "nous est revenu", "z•••@e•••.org", "cotisation"):
            assert words in text
        assert "nous n’y écrivons plus" not in text


@pytest.mark.parametrize("status", ["5.1.1", "5.2.2"])
async def test_a_notice_that_comes_back_from_an_address_that_contracts_does_not_know_is_named_too(
    service: RunningNotifications, status: str
):
    event = told(BankDetailsChanged, member_id=await a_member(service), former_email="t.yped@autre.example")
    await service.hear(event)
    await service.send_mails()
    await comes_back(service, event.change_id, status)
    await work_off(service)
    (letter,) = await letters(service)
    text = pages(service)[str(letter["id"])]

    assert "t•••@a•••.example" in text
    assert "Vos coordonnées bancaires ont été changées" in text


async def test_what_comes_back_is_not_named_where_nobody_must_be_told_or_a_letter_says_it_already(
    service: RunningNotifications,
):
    member_id = await a_member(service)
    announced = told(DocumentIssued, member_id=member_id)
    locked = happens(AccountLocked, member_id=member_id)
    changed = happens(PasswordChanged, member_id=member_id, by_post=True)
    for event in (announced, locked, changed):
        await service.hear(event)
    await work_off(service)
    await comes_back(service, locked.lock_id, "5.2.2")
    await comes_back(service, changed.change_id, "5.2.2")
    await comes_back(service, announced.document_id)

    assert await letters(service) == []


async def test_a_mail_that_no_letter_says_otherwise_has_its_failure_told(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients(UNKNOWN)
    member_id = await a_member(service)
    await service.hear(happens(AccountLocked, member_id=member_id))
    await service.send_mails()

    assert [letter["state"] for letter in await letters(service)] == ["planned"]


async def test_a_letter_that_took_the_mails_place_says_enough(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients(UNKNOWN)
    await a_notice(service, await a_member(service))
    await service.send_mails()

    assert await letters(service) == []


async def test_a_reset_that_comes_back_is_identitys_to_replace(service: RunningNotifications):
    event = reset_requested(member_id=await a_member(service))
    await service.hear(event)
    await service.send_mails()
    await comes_back(service, event.reset_id)

    assert await letters(service) == []
    assert [one["purpose"] for one in await service.published()] == ["password_reset"]


async def test_an_address_that_is_not_the_members_any_more_is_not_told_of(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients(UNKNOWN)
    await service.hear(happens(AccountLocked, member_id=await a_member(service), email=FORMER_EMAIL))
    await service.hear(happens(AccountLocked, member_id=await a_member(service, email=None), email="x@y.example"))
    await service.send_mails()

    assert await letters(service) == []

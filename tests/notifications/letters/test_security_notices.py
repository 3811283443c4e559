"""What somebody may have done to a member's access is told by some way, also where no mail reaches the member."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from identity_service.events import AccountLocked, EmailChanged, IdentifierLookedUp, PasskeysChanged, PasswordChanged
from notifications_service.usecases.give_up_overdue import give_up_overdue

from tests.support.account_events import EMAIL, FORMER_EMAIL, TOKEN, happens
from tests.support.notice_steps import UNKNOWN, a_member, pages, work_off
from tests.support.notifications_fixtures import RunningNotifications, reset_requested
from tests.support.smtp_server import RecordingSmtpServer

REFUSED = "554 5.7.1 not here"


async def messages(service: RunningNotifications, cause: UUID) -> dict[str, tuple[str, str]]:
    """Return purpose → channel and state of what is told about a cause."""
    rows = await service.rows("SELECT purpose, channel, state FROM deliveries WHERE cause = $1", cause)
    return {row["purpose"]: (row["channel"], row["state"]) for row in rows}


async def page(service: RunningNotifications, cause: UUID) -> str:
    """Return what is read on the letter about a cause."""
    rows = await service.rows("SELECT id FROM deliveries WHERE cause = $1 AND channel = 'letter'", cause)
    (letter,) = [str(row["id"]) for row in rows]
    return pages(service)[letter]


async def a_dead_address(service: RunningNotifications, relay: RecordingSmtpServer, email: str = EMAIL) -> UUID:
    """Have a member's reset fail at an address that is suppressed then: identity posts a code instead of it."""
    member_id = await a_member(service)
    relay.refuse_recipients(UNKNOWN)
    await service.hear(reset_requested(member_id=member_id, email=email))
    await service.send_mails()
    relay.behave()
    return member_id


@pytest.mark.parametrize("by_post", [False, True])
async def test_a_password_chosen_with_the_code_that_replaced_a_mail_is_told_by_one_letter(
    service: RunningNotifications, relay: RecordingSmtpServer, by_post: bool
):
    member_id = await a_dead_address(service, relay)
    event = happens(PasswordChanged, member_id=member_id, way="posted_code", by_post=by_post)
    await service.hear(event)
    await work_off(service)
    text = await page(service, event.change_id)

    assert await messages(service, event.change_id) == {"password_changed_by_post": ("letter", "handed_over")}
    assert "Votre mot de passe a été changé" in text
    assert "Nous n’avons pas pu vous écrire à l’adresse e-mail z•••@e•••.org" in text
    assert [one["purpose"] for one in await service.published()] == ["password_reset"]


@pytest.mark.parametrize("by_post", [False, True])
async def test_a_password_notice_that_a_server_refuses_is_told_by_one_letter(
    service: RunningNotifications, relay: RecordingSmtpServer, by_post: bool
):
    relay.refuse_recipients(REFUSED)
    event = happens(PasswordChanged, member_id=await a_member(service), by_post=by_post, passkeys=2)
    await service.hear(event)
    await work_off(service)
    (mail,) = await service.rows("SELECT failure, content_sealed FROM deliveries WHERE channel = 'email'")
    text = await page(service, event.change_id)

    assert await messages(service, event.change_id) == {
        "password_changed": ("email", "failed"),
        "password_changed_by_post": ("letter", "handed_over"),
    }
    assert mail == {"failure": "refused-by-relay", "content_sealed": None}
    assert "avec le lien reçu par e-mail" in text
    assert "vos clés d’accès" in text


@pytest.mark.parametrize(("by_post", "told_as_failed"), [(False, []), (True, ["password_changed"])])
async def test_a_password_notice_that_finds_a_full_mailbox_for_a_week_is_told_by_one_letter(
    service: RunningNotifications, relay: RecordingSmtpServer, by_post: bool, told_as_failed: list[str]
):
    relay.refuse_recipients("452 4.2.2 mailbox full")
    event = happens(PasswordChanged, member_id=await a_member(service), by_post=by_post)
    await service.hear(event)
    await service.send_mails()
    service.clock.advance(days=7, minutes=1)
    for _ in range(2):
        await give_up_overdue(service.notifications)
    (mail,) = await service.rows("SELECT failure FROM deliveries WHERE channel = 'email'")

    assert await messages(service, event.change_id) == {
        "password_changed": ("email", "failed"),
        "password_changed_by_post": ("letter", "planned"),
    }
    assert mail["failure"] == "mailbox-full"
    assert [one["purpose"] for one in await service.published()] == told_as_failed


@pytest.mark.parametrize("is_suppressed", [True, False])
async def test_a_change_of_address_is_told_by_letter_without_its_link_where_the_former_one_is_dead(
    service: RunningNotifications, relay: RecordingSmtpServer, is_suppressed: bool
):
    member_id = await a_dead_address(service, relay, FORMER_EMAIL) if is_suppressed else await a_member(service)
    event = happens(EmailChanged, member_id=member_id, changed_at=datetime(2026, 11, 21, 14, 4, tzinfo=UTC))
    relay.refuse_recipients(UNKNOWN)
    await service.hear(event)
    await service.send_mails()
    (letter,) = await service.rows("SELECT * FROM deliveries WHERE purpose = 'email_changed'")
    sealed = service.notifications.contents.open(letter["content_sealed"], context=str(letter["id"])).decode()
    await work_off(service)
    text = pages(service)[str(letter["id"])]

    assert (letter["channel"], letter["give_up_at"]) == ("letter", letter["expires_at"])
    assert [secret for secret in (TOKEN, "token") if secret in sealed] == []
    for words in ("21 novembre 2026", "remplacée par z•••@e•••.org", "l’adresse d’avant, a•••@e•••.fr", "Appelez-nous"):
        assert words in text
    assert [words for words in (FORMER_EMAIL, EMAIL, "Pourquoi un courrier", TOKEN) if words in text] == []


@pytest.mark.parametrize(
    ("email", "change", "words"), [(EMAIL, "added", "ajoutée à votre"), (None, "removed", "retirée de votre")]
)
async def test_a_passkey_is_told_by_letter_where_nothing_else_reaches_the_member(
    service: RunningNotifications, relay: RecordingSmtpServer, email: str | None, change: str, words: str
):
    member_id = await a_dead_address(service, relay)
    event = happens(PasskeysChanged, member_id=member_id, email=email, change=change)
    await service.hear(event)
    await work_off(service)

    assert await messages(service, event.change_id) == {"passkeys_changed": ("letter", "handed_over")}
    assert words in await page(service, event.change_id)


async def test_what_others_can_provoke_often_costs_one_letter_an_address_that_is_dead(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id = await a_dead_address(service, relay)
    provoked: list[Any] = [AccountLocked, AccountLocked, IdentifierLookedUp]
    for event in provoked:
        await service.hear(happens(event, member_id=member_id))
    await work_off(service)
    mails = await service.rows(
        "SELECT failure FROM deliveries WHERE purpose IN ('account_locked', 'identifier_looked_up')"
    )
    (letter,) = await service.rows("SELECT id, purpose, cause FROM deliveries WHERE channel = 'letter'")
    (suppressed,) = await service.rows("SELECT id FROM suppressed_addresses")
    text = pages(service)[str(letter["id"])]

    assert mails == [{"failure": "address-suppressed"}] * 3
    assert (letter["purpose"], letter["cause"]) == ("email_unreachable", suppressed["id"])
    assert "La connexion à votre espace a été bloquée" in text
    assert "nous n’y écrivons plus" in text

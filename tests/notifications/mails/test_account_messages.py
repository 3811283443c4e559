"""Who is told what of an account's life, by which way: once, in time, and whatever an attacker types."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from identity_service.events import (
    AccountCreated,
    AccountLocked,
    ActivationRequested,
    EmailChanged,
    NewDeviceSeen,
    PasswordChanged,
)
from service_kit.broker import Verdict

from tests.support.account_events import EMAIL, FORMER_EMAIL, TOKEN, happens
from tests.support.notifications_fixtures import RunningNotifications, member_enrolled
from tests.support.smtp_server import ReceivedMail, RecordingSmtpServer


async def planned(service: RunningNotifications) -> list[tuple[str, str, str | None]]:
    """Return purpose, channel and shown address of each delivery."""
    rows = await service.rows("SELECT purpose, channel, masked_address FROM deliveries ORDER BY purpose, channel")
    return [(row["purpose"], row["channel"], row["masked_address"]) for row in rows]


def part(mail: ReceivedMail, kind: str) -> str:
    body = mail.message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def plain(mail: ReceivedMail) -> str:
    return part(mail, "plain")


@pytest.mark.parametrize("event", [ActivationRequested, AccountCreated, PasswordChanged, EmailChanged, NewDeviceSeen])
async def test_what_the_bus_delivers_twice_is_told_once(service: RunningNotifications, event: Any):
    told = happens(event, notice=True, by_post=True) if event is not AccountCreated else happens(event)
    first = [await service.hear(told), await planned(service)]
    again = [await service.hear(told), await planned(service)]

    assert first == again
    assert first[0] is Verdict.DONE


async def test_an_activation_brings_a_link_that_ends_with_its_token(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    await service.hear(happens(ActivationRequested, brand="safiag"))
    await service.send_mails()
    (mail,) = relay.mails

    assert mail.recipients == (EMAIL,)
    assert f"\nhttps://espace.example/safiag/activation/{TOKEN}\n" in plain(mail)
    assert "6\u00a0chiffres" in plain(mail)


async def test_an_address_that_opens_another_access_gets_no_link_but_the_way_to_sign_in(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    await service.hear(happens(ActivationRequested, token=None))
    await service.send_mails()
    (mail,) = relay.mails

    assert re.findall(r"https?://\S+", plain(mail)) == ["https://espace.example/mgas/connexion"]
    assert "déjà celle d’un autre espace" in plain(mail)
    assert "Mot de passe\noublié" in plain(mail)


async def test_an_access_asked_for_with_another_address_is_told_to_the_one_that_was_known(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id, brand="mgas", email=FORMER_EMAIL))
    await service.hear(happens(ActivationRequested, member_id=member_id, notice=True))
    await service.send_mails()
    to_typed, to_known = sorted(relay.mails, key=lambda mail: mail.recipients[0] == FORMER_EMAIL)

    assert (to_typed.recipients, to_known.recipients) == ((EMAIL,), (FORMER_EMAIL,))
    assert "z•••@e•••.org" in plain(to_known)
    assert EMAIL not in plain(to_known)
    assert TOKEN not in to_known.raw.replace(b"=\r\n", b"").decode()
    assert FORMER_EMAIL not in to_typed.raw.decode()


@pytest.mark.parametrize("known", [EMAIL, EMAIL.upper(), None, "zoe@@example.org"])
async def test_an_access_of_which_no_other_address_can_be_told_is_told_by_post(
    service: RunningNotifications, known: str | None
):
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id, brand="mgas", email=known))
    await service.hear(happens(ActivationRequested, member_id=member_id, notice=True))

    assert await planned(service) == [
        ("access_requested", "letter", None),
        ("activation", "email", "z•••@e•••.org"),
    ]


async def test_a_notice_about_somebody_who_is_not_known_yet_waits_as_a_letter_while_the_mail_goes(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    event = happens(ActivationRequested, notice=True)
    await service.hear(event)
    await service.send_mails()
    before = await service.hand_over()
    await service.hear(member_enrolled(member_id=event.member_id, brand="mgas"))
    while await service.hand_over():
        pass
    rows = await service.rows("SELECT purpose, state FROM deliveries ORDER BY purpose")

    assert (before, len(relay.mails)) == (0, 1)
    assert [tuple(row.values()) for row in rows] == [("access_requested", "handed_over"), ("activation", "sent")]


async def test_an_access_asked_for_without_notice_is_told_to_nobody_else(service: RunningNotifications):
    await service.hear(happens(ActivationRequested, notice=False))

    assert await planned(service) == [("activation", "email", "z•••@e•••.org")]


@pytest.mark.parametrize(
    ("email", "by_post", "channels"),
    [(EMAIL, False, ["email"]), (EMAIL, True, ["email", "letter"]), (None, True, ["letter"]), (None, False, [])],
)
async def test_a_changed_password_is_told_by_every_way_that_is_known(
    service: RunningNotifications, email: str | None, by_post: bool, channels: list[str]
):
    await service.hear(happens(PasswordChanged, email=email, by_post=by_post))

    assert [channel for _, channel, _ in await planned(service)] == channels


async def test_where_nobody_can_be_told_of_a_lock_nothing_is_planned(service: RunningNotifications):
    verdict = await service.hear(happens(AccountLocked, email=None))

    assert (verdict, await planned(service)) == (Verdict.DONE, [])


async def test_the_first_address_of_an_account_is_told_to_itself_alone(service: RunningNotifications):
    await service.hear(happens(EmailChanged, former_email=None, undo_token=None, undo_until=None))

    assert await planned(service) == [("email_change_confirmed", "email", "z•••@e•••.org")]


async def test_a_message_with_a_secret_is_given_up_with_it_and_a_notice_after_a_week(service: RunningNotifications):
    event = happens(EmailChanged)
    await service.hear(event)
    query = "SELECT purpose, expires_at, give_up_at, created_at FROM deliveries ORDER BY purpose"
    notice, undo = await service.rows(query)

    assert (notice["purpose"], undo["purpose"]) == ("email_change_confirmed", "email_changed")
    assert notice["give_up_at"] == notice["expires_at"] == notice["created_at"] + timedelta(days=7)
    assert undo["expires_at"] == event.undo_until
    assert undo["expires_at"] - undo["give_up_at"] == timedelta(minutes=5)


async def test_a_secret_that_never_expires_and_a_brand_that_nobody_knows_are_parked(service: RunningNotifications):
    endless = happens(AccountCreated, origin="automatic", expires_at=None)
    verdicts = [await service.hear(endless), await service.hear(happens(PasswordChanged, brand="nulle", email=None))]

    assert verdicts == [Verdict.DEAD] * 2
    assert await planned(service) == []


async def test_what_an_attacker_types_forges_nothing_in_the_mail_to_the_member(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id = uuid4()
    name = "Núñez {{ brand }}\r\nBcc: autre@example.org"
    typed = "<script>{{7*7}}\r\nBcc: x@y.example\u202e\u0000@[evil].<b>日本</b>"
    device = "Firefox\r\n\r\nVotre compte : http://faux.example <img src=x>{{ link }}" + "A" * 900
    await service.hear(member_enrolled(member_id=member_id, brand="mgas", email=FORMER_EMAIL, last_name=name))
    await service.hear(happens(ActivationRequested, member_id=member_id, notice=True, email=typed))
    await service.hear(happens(NewDeviceSeen, member_id=member_id, device=device, email=FORMER_EMAIL))
    await service.send_mails()
    notice, code = sorted(relay.mails, key=lambda mail: "Firefox" in plain(mail))

    for mail in (notice, code):
        assert mail.recipients == (FORMER_EMAIL,)
        assert mail.message["Bcc"] is None
        assert re.search(r"<script|<img|<b>", part(mail, "html")) is None
        assert "{{ brand }} Bcc: autre@example.org,\n" in plain(mail)
    assert "celle-ci, mais •••@•••.\n" in plain(notice)
    assert "encore : Firefox Votre compte : http://faux.example".replace(" :", "\u202f:", 1) in plain(code)
    assert "A" * 61 not in plain(code)

"""A reset or welcome mail that reaches nobody at its address turns into a letter, once and within the quotas."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from identity_service.consumers import failed_deliveries
from identity_service.store import reset_tokens
from identity_service.store.reset_tokens import MailedToken
from identity_service.usecases.replace_failed_mail import FailedDelivery
from service_kit.subscriptions import EventContext

from tests.support.deed_steps import deeds
from tests.support.identity_fixtures import OpenedIdentity, PublishedEvent
from tests.support.identity_steps import PASSPHRASE, ask, connect, redeem, sign_in, with_password

LETTER = "letter.required.v1"


async def asked(opened: OpenedIdentity, client, member: dict[str, Any]) -> PublishedEvent:
    """Ask for a reset and return the event of its mail."""
    await ask(client, "mgas", member["email"])
    await opened.decide()
    return (await opened.new_events())[-1]


async def hear(opened: OpenedIdentity, member: dict[str, Any], cause: str, **changes: Any) -> None:
    """Let identity hear that a mail came back."""
    told = {"purpose": "password_reset", "channel": "email", "hard": True, "failure": "no-such-address"}
    data = {"member_id": member["member_id"], "brand": member["brand"], "cause": cause, **told, **changes}
    [subscription] = failed_deliveries.subscriptions(opened.identity)
    async with opened.identity.database.transaction() as connection:
        context = EventContext(uuid4(), subscription.event_type, opened.clock.now())
        await subscription.handle(connection, FailedDelivery.model_validate(data), context)


async def letters(opened: OpenedIdentity) -> list[PublishedEvent]:
    return [event for event in await opened.new_events() if event.type == LETTER]


async def test_the_link_that_came_back_is_void_and_the_code_in_the_letter_opens_a_brand_of_e_mail_and_passphrase(
    opened, client
):
    member = await opened.enrol()
    mail = await asked(opened, client, member)
    await hear(opened, member, mail.data["reset_id"])
    [letter] = await letters(opened)
    by_link = await redeem(client, "mgas", mail.data["token"])
    by_code = await connect(client, "mgas", member["email"], letter.data["code"], PASSPHRASE)
    [deed] = await deeds(opened, "letter_required")

    assert (by_link.status, by_link.code) == (400, "reset-token-invalid")
    assert by_code.status == 204
    assert (await sign_in(client, "mgas", member["email"])).status == 201
    assert (deed["actor"], deed["details"]["origin"], deed["staff"]) == ("system", "bounce", None)


async def test_a_cause_is_heard_once_and_voids_the_other_links_too(opened, client):
    member = await opened.enrol()
    mails = [await asked(opened, client, member) for _ in range(2)]
    await asyncio.gather(*(hear(opened, member, mails[0].data["reset_id"]) for _ in range(4)))
    await hear(opened, member, mails[1].data["reset_id"])

    assert len(await letters(opened)) == 1
    assert [(await redeem(client, "mgas", mail.data["token"])).status for mail in mails] == [400, 400]


async def test_an_expired_link_that_comes_back_is_replaced_all_the_same(opened, client):
    member = await opened.enrol()
    mail = await asked(opened, client, member)
    opened.clock.advance(hours=5)
    await hear(opened, member, mail.data["reset_id"])

    assert len(await letters(opened)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"hard": False, "failure": "gave-up"},
        {"hard": False, "failure": "gave-up", "failure_class": "expired"},
        {"hard": False, "failure": "refused-by-relay", "failure_class": "policy"},
        {"channel": "letter"},
        {"purpose": "password_changed"},
        {"purpose": "activation"},
        {"purpose": "welcome"},  # the cause is a reset's
        {"cause": str(uuid4())},
        {"member_id": str(uuid4())},
    ],
)
async def test_other_failures_change_nothing(opened, client, changes: dict[str, Any]):
    member = await opened.enrol()
    mail = await asked(opened, client, member)
    await hear(opened, member, **({"cause": mail.data["reset_id"]} | changes))

    assert await letters(opened) == []
    assert (await redeem(client, "mgas", mail.data["token"])).status == 204


@pytest.mark.parametrize(("failure", "failure_class"), [("mailbox-full", "mailbox"), ("bounced", "undelivered")])
async def test_a_mail_to_a_full_mailbox_or_given_back_unexplained_is_replaced_by_a_letter_too(
    opened, client, failure, failure_class
):
    member = await opened.enrol()
    mail = await asked(opened, client, member)
    told = {"hard": False, "failure": failure, "failure_class": failure_class}
    await hear(opened, member, mail.data["reset_id"], **told)

    assert len(await letters(opened)) == 1
    assert (await redeem(client, "mgas", mail.data["token"])).code == "reset-token-invalid"


async def test_who_has_chosen_a_password_since_needs_no_letter(opened, client):
    member = await with_password(opened, client)
    first, second = [await asked(opened, client, member) for _ in range(2)]
    assert (await redeem(client, "mgas", second.data["token"], "une autre phrase de passe")).status == 204
    for mail in (first, second):
        await hear(opened, member, mail.data["reset_id"])

    assert await letters(opened) == []


async def test_a_contract_that_ended_too_long_ago_needs_no_letter(opened, client):
    member = await opened.enrol(end_date="2021-03-10")
    mail = await asked(opened, client, member)
    opened.clock.advance(days=1)
    await hear(opened, member, mail.data["reset_id"])

    assert await letters(opened) == []


async def test_a_welcome_that_comes_back_is_replaced_and_its_quota_is_that_of_all_letters(opened):
    member, creation_id, now = await opened.enrol(), uuid4(), opened.clock.now()
    account_id = (await opened.account(member))["id"]
    welcome = MailedToken(b"w", account_id, "welcome", now + timedelta(days=30), cause=creation_id)
    again = MailedToken(b"x", account_id, "welcome", now + timedelta(days=30), cause=uuid4())
    async with opened.identity.database.transaction() as connection:
        await reset_tokens.insert_all(connection, [welcome, again], now=now)
    await hear(opened, member, str(creation_id), purpose="welcome")
    first = await letters(opened)
    opened.clock.advance(hours=23)
    await hear(opened, member, str(again.cause), purpose="welcome")

    assert len(first) == 1
    assert await letters(opened) == []
    assert await opened.value("SELECT count(*) FROM reset_tokens WHERE used_at IS NULL") == 0

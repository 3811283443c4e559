"""GET /v1/me/deliveries: what was sent to the caller, and to nobody else."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from identity_service.events import AccountCreated, ActivationRequested, EmailChanged, NewDeviceSeen, PasswordChanged

from tests.support.account_events import happens
from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    member_enrolled,
    reset_requested,
)
from tests.support.smtp_server import RecordingSmtpServer

PATH = "/v1/me/deliveries"


async def answer(
    service: RunningNotifications, member_id: UUID, *, brand: str = "safiag", scope: str | None = None, **query: Any
) -> tuple[int, dict[str, Any]]:
    claims = {} if scope is None else {"scope": scope}
    headers = {"Authorization": f"Bearer {service.access_token(member_id, brand=brand, **claims)}"}
    async with service.served() as client, client.get(PATH, params=query, headers=headers) as response:
        return response.status, await response.json()


async def test_a_member_sees_the_mail_and_the_letter_with_their_steps(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id))
    await service.hear(letter_required(member_id=member_id))
    await service.hand_over()
    await service.hear(reset_requested(member_id=member_id, brand="safiag"))
    await service.send_mails()
    status, page = await answer(service, member_id)
    mail, letter = page["items"]

    assert (status, page["next"]) == (200, None)
    assert {name: mail[name] for name in ("purpose", "channel", "masked_address", "state")} == {
        "purpose": "password_reset",
        "channel": "email",
        "masked_address": "z•••@e•••.org",
        "state": "sent",
    }
    assert [step["state"] for step in mail["steps"]] == ["planned", "rendered", "sent"]
    assert (letter["channel"], letter["masked_address"], letter["state"]) == (
        "letter",
        "Le Mêle-sur-Sarthe",
        "handed_over",
    )
    assert [step["state"] for step in letter["steps"]] == ["planned", "batched", "rendered", "handed_over"]
    assert datetime.fromisoformat(letter["steps"][0]["at"]) == datetime.fromisoformat(letter["created_at"])


async def test_a_member_reads_what_happened_and_what_to_do_next(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id))
    await service.hear(letter_required(member_id=member_id))
    await service.hand_over()
    await service.hear(reset_requested(member_id=member_id, brand="safiag"))
    await service.send_mails()
    service.clock.advance(minutes=10)
    _, page = await answer(service, member_id)
    mail, letter = page["items"]

    assert (mail["title"], letter["title"]) == (
        "Lien pour choisir un nouveau mot de passe",
        "Code pour choisir un nouveau mot de passe",
    )
    assert [step["sentence"] for step in mail["steps"]] == [
        "L’envoi de cet e-mail a été demandé.",
        "Votre e-mail a été préparé.",
        "Votre e-mail est parti vers votre messagerie.",
    ]
    assert letter["steps"][-1]["sentence"] == "Votre courrier a été remis à l’imprimeur."
    assert "courrier indésirable" in mail["what_next"]
    assert "01\u00a099\u00a000\u00a012\u00a034" in mail["what_next"]
    assert letter["what_next"].startswith("Il devrait arriver entre le ")
    assert (mail["expected_delivery"], set(letter["expected_delivery"])) == (None, {"earliest", "latest"})


async def test_nothing_of_what_only_staff_are_told_is_shown(service: RunningNotifications, relay: RecordingSmtpServer):
    relay.refuse_recipients("550 5.1.1 zoelig.nunez@example.org: no such user")
    member_id = uuid4()
    await service.hear(reset_requested(member_id=member_id, brand="safiag"))
    await service.send_mails()
    _, page = await answer(service, member_id)
    [mail] = page["items"]

    assert mail["state"] == "failed"
    assert [word for word in ("550", "no-such-address", "nunez", "attempts", "relay") if word in str(mail)] == []


async def test_an_address_that_somebody_typed_is_masked_and_brings_no_message(service: RunningNotifications):
    member_id = uuid4()
    for email in ("voleur@mechant.example", "voleur@mechant.\u202eAPPELEZ-LE-0899"):
        await service.hear(happens(ActivationRequested, member_id=member_id, brand="safiag", email=email))
    _, page = await answer(service, member_id)

    assert {item["masked_address"] for item in page["items"]} == {"v•••@m•••.example", "•••@•••"}


@pytest.mark.parametrize(("scope", "status"), [("member", 200), ("member.read", 200), ("card other", 403), ("", 403)])
async def test_a_token_of_an_ended_contract_reads_on_and_one_for_something_else_does_not(
    service: RunningNotifications, scope: str, status: int
):
    member_id = uuid4()
    await service.hear(reset_requested(member_id=member_id, brand="safiag"))
    answered, page = await answer(service, member_id, scope=scope)

    assert answered == status
    assert len(page.get("items", [])) == (1 if status == 200 else 0)


async def test_a_member_sees_every_kind_of_message(service: RunningNotifications):
    member_id = uuid4()
    about: dict[str, Any] = {"member_id": member_id, "brand": "safiag"}
    for event in (ActivationRequested, PasswordChanged, EmailChanged, NewDeviceSeen):
        await service.hear(happens(event, **about, notice=True, by_post=True, email="zoe@example.org"))
    for changes in ({"origin": "automatic"}, {"token": None}):
        await service.hear(happens(AccountCreated, **about | changes))
    _, page = await answer(service, member_id)
    kept = await service.rows("SELECT purpose, channel FROM deliveries")

    assert len(kept) == 9
    assert {(item["purpose"], item["channel"]) for item in page["items"]} == {
        (row["purpose"], row["channel"]) for row in kept
    }
    assert {item["masked_address"] for item in page["items"]} == {None, "z•••@e•••.org", "a•••@e•••.fr"}


async def test_a_mail_that_may_have_arrived_says_so(service: RunningNotifications, relay: RecordingSmtpServer):
    relay.drop_after_data(times=1)
    member_id = uuid4()
    await service.hear(reset_requested(member_id=member_id))
    await service.send_mails()
    _, before = await answer(service, member_id, brand="mgas")
    service.clock.advance(seconds=30)
    await service.send_mails()
    _, after = await answer(service, member_id, brand="mgas")

    assert before["items"][0]["state"] == "possibly_sent"
    assert [step["state"] for step in after["items"][0]["steps"]] == ["planned", "rendered", "possibly_sent", "sent"]


async def test_nobody_sees_the_messages_of_somebody_else_or_of_another_brand(service: RunningNotifications):
    member_id = uuid4()
    await service.hear(reset_requested(member_id=member_id, brand="mgas"))

    assert (await answer(service, uuid4(), brand="mgas"))[1]["items"] == []
    assert (await answer(service, member_id, brand="safiag"))[1]["items"] == []
    assert len((await answer(service, member_id, brand="mgas"))[1]["items"]) == 1


async def test_a_long_list_comes_in_pages_newest_first_and_nothing_twice(service: RunningNotifications):
    member_id = uuid4()
    for _ in range(7):
        await service.hear(reset_requested(member_id=member_id))
    items: list[dict[str, Any]] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        query = {"limit": 3} if cursor is None else {"limit": 3, "cursor": cursor}
        _, page = await answer(service, member_id, brand="mgas", **query)
        items, cursor, pages = items + page["items"], page["next"], pages + 1
    instants = [item["created_at"] for item in items]

    assert pages == 3
    assert len({item["id"] for item in items}) == 7
    assert instants == sorted(instants, reverse=True)


async def test_a_cursor_of_somebody_else_leads_nowhere(service: RunningNotifications):
    member_id, other = uuid4(), uuid4()
    for _ in range(2):
        await service.hear(reset_requested(member_id=member_id))
        await service.hear(reset_requested(member_id=other))
    _, page = await answer(service, member_id, brand="mgas", limit=1)
    status, problem = await answer(service, other, brand="mgas", limit=1, cursor=page["next"])

    assert page["next"] is not None
    assert (status, [field["code"] for field in problem["fields"]]) == (422, ["invalid-cursor"])


@pytest.mark.parametrize("cursor", ["x", "é", "AAAA", "MjAyNi0xMS0yMVQwOTowMDowMCB4", "MjAyNi0xMS0yMVQwOTowMDowMA"])
async def test_a_cursor_that_we_did_not_make_is_refused_by_field(service: RunningNotifications, cursor: str):
    status, problem = await answer(service, uuid4(), cursor=cursor)

    assert (status, problem["code"]) == (422, "invalid-request")
    assert [(field["field"], field["code"]) for field in problem["fields"]] == [("cursor", "invalid-cursor")]


@pytest.mark.parametrize("limit", ["0", "101", "many", "-1"])
async def test_a_limit_outside_1_to_100_is_refused_by_field(service: RunningNotifications, limit: str):
    status, problem = await answer(service, uuid4(), limit=limit)

    assert (status, problem["code"]) == (422, "invalid-request")
    assert [field["field"] for field in problem["fields"]] == ["limit"]

"""GET /v1/{brand}/staff/deliveries: an adviser sees every attempt at a member's messages, no secret, and leaves a trace."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from notifications_service.store.timeline import MOST_ATTEMPTS

from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    member_enrolled,
    reset_requested,
)
from tests.support.smtp_server import RecordingSmtpServer

EMAIL = "zoelig.nunez@example.org"


async def answer(
    service: RunningNotifications, *, brand: str = "mgas", role: str = "adviser", at: str | None = None, **query: Any
) -> tuple[int, dict[str, Any]]:
    """Ask as a member of the staff of `brand`, at the staff's own brand or at another one."""
    headers = {"Authorization": f"Bearer {service.staff_token(role, brand=brand)}"}
    path, given = f"/v1/{at or brand}/staff/deliveries", {name: str(value) for name, value in query.items()}
    async with service.served() as client, client.get(path, params=given, headers=headers) as response:
        return response.status, await response.json()


async def items(service: RunningNotifications, member_id: UUID, **where: Any) -> list[dict[str, Any]]:
    status, page = await answer(service, member_id=member_id, **where)

    assert status == 200
    return page["items"]


async def deeds(service: RunningNotifications) -> list[tuple[Any, ...]]:
    rows = await service.rows("SELECT staff, brand, kind, member_id FROM staff_deeds ORDER BY at")
    return [tuple(row.values()) for row in rows]


async def test_an_adviser_sees_what_the_member_sees_and_every_attempt(
    service: RunningNotifications, relay: RecordingSmtpServer
):
    relay.refuse_recipients("451 4.7.1 greylisted", times=1)
    member_id = uuid4()
    await service.hear(reset_requested(member_id=member_id))
    await service.send_mails()
    [waiting] = await items(service, member_id)
    service.clock.advance(seconds=30)
    await service.send_mails()
    [sent] = await items(service, member_id)

    assert (waiting["title"], waiting["masked_address"]) == (
        "Lien pour choisir un nouveau mot de passe",
        "z•••@e•••.org",
    )
    assert [(one["outcome"], one["reply"]) for one in waiting["attempts"]] == [("temporary", "451 4.7.1")]
    assert datetime.fromisoformat(waiting["next_attempt_at"]) > datetime.fromisoformat(waiting["created_at"])
    assert [one["outcome"] for one in sent["attempts"]] == ["temporary", "sent"]
    assert (sent["state"], sent["next_attempt_at"], sent["failure"]) == ("sent", None, None)


async def test_no_secret_and_no_address_is_in_the_answer(service: RunningNotifications):
    member_id, reset = uuid4(), reset_requested()
    await service.hear(member_enrolled(member_id=member_id, brand="mgas", email=EMAIL))
    await service.hear(reset.model_copy(update={"member_id": member_id}))
    await service.hear(letter_required(member_id=member_id, brand="mgas"))
    await service.hand_over()
    told = str(await items(service, member_id)).lower()

    assert "le mêle-sur-sarthe" in told
    assert [secret for secret in (str(reset.token), "k7nr", EMAIL, "núñez", "chemin", "61170") if secret in told] == []


async def test_each_reading_is_a_deed_even_of_what_is_not_there(service: RunningNotifications):
    member_id, nobody = uuid4(), uuid4()
    await service.hear(reset_requested(member_id=member_id))
    for asked in (member_id, member_id, nobody):
        await items(service, asked)

    assert await deeds(service) == [
        ("adviser@mgas", "mgas", "deliveries_read", asked) for asked in (member_id, member_id, nobody)
    ]


async def test_a_member_of_another_brand_is_told_from_nobody_in_no_way(service: RunningNotifications):
    theirs = uuid4()
    await service.hear(reset_requested(member_id=theirs, brand="safiag"))
    asked = [await answer(service, member_id=one) for one in (theirs, uuid4())]

    assert asked == [(200, {"items": [], "next": None})] * 2
    assert len(await items(service, theirs, brand="safiag")) == 1


@pytest.mark.parametrize(
    ("caller", "status", "code"),
    [
        ({"role": "back-office"}, 403, "forbidden"),
        ({"role": "print-operator"}, 403, "forbidden"),
        ({"at": "safiag"}, 403, "forbidden"),
        ({"brand": "nowhere", "at": "mgas"}, 403, "forbidden"),
        ({"at": "nowhere"}, 404, "unknown-brand"),
    ],
)
async def test_only_advisers_of_the_brand_may_ask(
    service: RunningNotifications, caller: dict[str, str], status: int, code: str
):
    answered, problem = await answer(service, member_id=uuid4(), **caller)

    assert (answered, problem["code"]) == (status, code)
    assert await deeds(service) == []


async def test_a_members_own_token_is_nobodys_here(service: RunningNotifications):
    member_id = uuid4()
    headers = {"Authorization": f"Bearer {service.access_token(member_id, brand='mgas')}"}
    path = f"/v1/mgas/staff/deliveries?member_id={member_id}"
    async with service.served() as client, client.get(path, headers=headers) as response:
        problem = await response.json()

    assert (response.status, problem["code"]) == (401, "not-signed-in")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "member_id"),
        ({"member_id": ""}, "member_id"),
        ({"member_id": "90757001"}, "member_id"),
        ({"member_id": uuid4(), "limit": 0}, "limit"),
        ({"member_id": uuid4(), "limit": 101}, "limit"),
        ({"member_id": uuid4(), "cursor": "AAAA"}, "cursor"),
        ({"member_id": uuid4(), "cursor": "x" * 501}, "cursor"),
    ],
)
async def test_what_does_not_fit_is_refused_by_field(service: RunningNotifications, query: dict[str, Any], field: str):
    status, problem = await answer(service, **query)

    assert (status, problem["code"]) == (422, "invalid-request")
    assert [one["field"] for one in problem["fields"]] == [field]
    assert await deeds(service) == []


async def test_a_cursor_leads_on_in_its_own_list_only(service: RunningNotifications):
    member_id, other = uuid4(), uuid4()
    for _ in range(3):
        await service.hear(reset_requested(member_id=member_id))
        await service.hear(reset_requested(member_id=other))
    _, first = await answer(service, member_id=member_id, limit=2)
    _, second = await answer(service, member_id=member_id, limit=2, cursor=first["next"])
    elsewhere = await answer(service, member_id=other, limit=2, cursor=first["next"])

    assert len({one["id"] for one in first["items"] + second["items"]}) == 3
    assert second["next"] is None
    assert (elsewhere[0], [one["code"] for one in elsewhere[1]["fields"]]) == (422, ["invalid-cursor"])


async def test_an_address_that_does_not_fit_names_the_line_to_put_right(service: RunningNotifications):
    member_id = uuid4()
    address = {
        "street": "12 " + "interminablement " * 4,
        "postal_code": "61170",
        "city": "Le Mêle-sur-Sarthe",
        "country": "FR",
    }
    await service.hear(member_enrolled(member_id=member_id, address=address))
    await service.hear(letter_required(member_id=member_id))
    await service.hand_over()
    [letter] = await items(service, member_id, brand="safiag")

    assert letter["failure"]["code"] == "address-does-not-fit: street (too_long)"
    assert letter["failure"]["remedy"].startswith("Raccourcir la ligne «\u202fvoie\u202f» dans le dossier")
    assert letter["what_next"].startswith("L’adresse postale de votre dossier est à corriger.")


async def test_a_letter_says_its_promise_its_batch_and_when_it_is_expected(service: RunningNotifications):
    member_id = uuid4()
    await service.hear(member_enrolled(member_id=member_id))
    await service.hear(letter_required(member_id=member_id))
    await service.hand_over()
    [letter] = await items(service, member_id, brand="safiag")
    [batch] = await service.rows("SELECT id FROM print_batches")

    assert letter["print_batch_id"] == str(batch["id"])
    assert letter["promised_until"] > letter["created_at"]
    assert letter["expected_delivery"]["latest"] >= letter["expected_delivery"]["earliest"] > letter["created_at"][:10]
    assert letter["what_next"].startswith("Il devrait arriver entre le ")


async def test_an_address_at_which_nothing_arrives_says_why_until_it_is_lifted(service: RunningNotifications):
    member_id = uuid4()
    await service.hear(reset_requested(member_id=member_id))
    await service.rows(
        """
        INSERT INTO suppressed_addresses
            (id, brand, member_id, address_digest, masked_address, reason, status, delivery_id, suppressed_at)
        SELECT gen_random_uuid(), brand, member_id, address_digest, masked_address, 'no-such-address', '550 5.1.1', id, now()
        FROM deliveries
        """
    )
    [suppressed] = await items(service, member_id)
    await service.rows("UPDATE suppressed_addresses SET lifted_at = now()")
    [lifted] = await items(service, member_id)

    assert {name: suppressed["suppression"][name] for name in ("reason", "status")} == {
        "reason": "no-such-address",
        "status": "550 5.1.1",
    }
    assert (suppressed["closed_address"], lifted["suppression"]) == (None, None)


async def test_a_postal_address_from_which_a_letter_came_back_says_so(service: RunningNotifications):
    member_id = uuid4()
    await service.hear(letter_required(member_id=member_id))
    await service.rows("UPDATE deliveries SET address_digest = '\\x01'")
    await service.rows(
        """
        INSERT INTO closed_addresses (brand, member_id, address_digest, reason, delivery_id, closed_at)
        SELECT brand, member_id, address_digest, 'moved', id, now() FROM deliveries
        """
    )
    [letter] = await items(service, member_id, brand="safiag")

    assert letter["closed_address"]["reason"] == "moved"


async def test_of_hundreds_of_attempts_the_latest_are_told(service: RunningNotifications):
    member_id = uuid4()
    await service.hear(reset_requested(member_id=member_id))
    await service.rows(
        """
        INSERT INTO delivery_attempts (delivery_id, tried_at, outcome, reply)
        SELECT id, now(), 'temporary', attempt::text FROM deliveries, generate_series(1, 300) AS attempt
        """
    )
    [mail] = await items(service, member_id)

    assert [int(one["reply"]) for one in mail["attempts"]] == list(range(301 - MOST_ATTEMPTS, 301))
    assert mail["earlier_attempts"] is True

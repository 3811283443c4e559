"""A letter that the post brought back: noted once, told to identity and to advisers, and its address closed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from identity_service.events import LetterRequired
from notifications_service.domain.print_notes import RETURN_REASONS
from notifications_service.usecases.collect_letters import collect_letters
from structlog.testing import capture_logs

from tests.support.letter_steps import BATCHES, Told, ask, batch_of, deeds, handed_over, id_of
from tests.support.notifications_fixtures import (
    RunningNotifications,
    letter_required,
    member_changed,
    member_enrolled,
    reset_requested,
)

CLOSED = "/v1/safiag/staff/closed-addresses"
ELSEWHERE = {"street": "3 rue du Port", "postal_code": "44000", "city": "Nantes", "country": "FR"}


async def give_back(service: RunningNotifications, letter_id: UUID, *, brand: str = "safiag", **body: object) -> Told:
    return await ask(service, "POST", f"/v1/letters/{letter_id}/returned", brand=brand, json=body)


async def came_back(service: RunningNotifications, reason: str = "unknown-address") -> LetterRequired:
    """Let a letter be handed over and come back."""
    [letter] = await handed_over(service)
    told = await give_back(service, await id_of(service, letter), reason=reason)

    assert told.status == 200
    return letter


async def closed(service: RunningNotifications, **query: str) -> dict[str, Any]:
    told = await ask(service, "GET", CLOSED, role="adviser", params=query)

    assert told.status == 200
    return told.body


@pytest.mark.parametrize("reason", RETURN_REASONS)
async def test_a_letter_comes_back_with_its_reason_and_only_a_fault_of_the_address_closes_it(
    service: RunningNotifications, reason: str
):
    [letter] = await handed_over(service)
    delivery_id = await id_of(service, letter)
    with capture_logs() as logs:
        told = await give_back(service, delivery_id, reason=reason)
    row, addresses = await service.delivery(letter.letter_id), (await closed(service))["items"]
    at_fault = reason in {"unknown-address", "moved", "incomplete-address"}
    [logged] = [entry for entry in logs if entry["event"] == "letter_returned"]

    assert (row["state"], row["failure"], row["returned_at"] is not None) == ("returned", reason, True)
    assert told.body == {
        "id": str(delivery_id),
        "state": "returned",
        "reason": reason,
        "returned_at": told.body["returned_at"],
    }
    assert datetime.fromisoformat(told.body["returned_at"]) == row["returned_at"]
    assert [one["letter_id"] for one in addresses] == [str(delivery_id)] * at_fault
    assert (logged["delivery_id"], logged["reason"], logged["is_closed"]) == (str(delivery_id), reason, at_fault)


async def test_what_is_told_twice_is_answered_as_it_was_first_and_published_once(service: RunningNotifications):
    letter = await came_back(service, "moved")
    first = await service.delivery(letter.letter_id)
    service.clock.advance(hours=1)
    again = await give_back(service, first["id"], reason="refused", returned_at=service.clock.now().isoformat())

    assert (again.status, again.body["reason"]) == (200, "moved")
    assert datetime.fromisoformat(again.body["returned_at"]) == first["returned_at"]
    assert await service.delivery(letter.letter_id) == first
    assert len(await service.published()) == 1
    assert [(kind, object_id) for _, _, kind, object_id in await deeds(service)] == [("letter_returned", first["id"])]


async def test_the_event_says_which_letter_and_why_and_nothing_of_a_person(service: RunningNotifications):
    letter = await came_back(service, "moved")
    row = await service.delivery(letter.letter_id)
    [event] = await service.published()

    assert datetime.fromisoformat(event.pop("returned_at")) == row["returned_at"]
    assert event == {
        "version": 1,
        "delivery_id": str(row["id"]),
        "member_id": str(letter.member_id),
        "brand": "safiag",
        "purpose": "posted_code",
        "cause": str(letter.letter_id),
        "reason": "moved",
    }


async def test_a_letter_may_come_back_before_or_after_it_is_noted_as_posted(service: RunningNotifications):
    early, late = await handed_over(service, 2)
    batch, ids = await batch_of(service, early), [await id_of(service, one) for one in (early, late)]
    await give_back(service, ids[0], reason="refused")
    posted = await ask(service, "POST", f"{BATCHES}/{batch}/posted", json={})
    service.clock.advance(days=6)
    await give_back(service, ids[1], reason="unclaimed")
    rows = [await service.delivery(one.letter_id) for one in (early, late)]

    assert (posted.body["state"], posted.body["letters"], posted.body["letters_posted"]) == ("posted", 2, 1)
    assert [(row["state"], row["posted_at"] is None) for row in rows] == [("returned", True), ("returned", False)]


async def test_the_next_letter_to_a_closed_address_fails_at_once(service: RunningNotifications):
    letter = await came_back(service)
    following = letter_required(member_id=letter.member_id)
    await service.hear(following)
    await service.hand_over()
    row = await service.delivery(following.letter_id)

    assert (row["state"], row["failure"], row["content_sealed"]) == ("failed", "address-closed", None)
    assert (row["print_batch_id"], row["next_attempt_at"]) == (None, None)
    assert len(service.batches()) == 1
    [failed] = [event for event in await service.published() if event.get("failure")]
    assert (failed["failure"], failed["channel"], failed["hard"]) == ("address-closed", "letter", False)


async def test_a_letter_that_waits_already_when_its_address_is_closed_fails_too(service: RunningNotifications):
    [letter] = await handed_over(service)
    waiting = letter_required(member_id=letter.member_id)
    await service.hear(waiting)
    await give_back(service, await id_of(service, letter), reason="moved")
    await service.hand_over()

    assert (await service.delivery(waiting.letter_id))["failure"] == "address-closed"


async def test_a_new_address_is_open_and_the_former_one_stays_closed(service: RunningNotifications):
    letter = await came_back(service)
    await service.hear(member_changed(member_id=letter.member_id, address=ELSEWHERE))
    there = letter_required(member_id=letter.member_id)
    await service.hear(there)
    await service.hand_over()
    [address] = (await closed(service))["items"]
    await service.hear(member_changed(member_id=letter.member_id, version=3))
    back = letter_required(member_id=letter.member_id)
    await service.hear(back)
    await service.hand_over()

    assert (await service.delivery(there.letter_id))["state"] == "handed_over"
    assert address["still_present"] is False
    assert (await service.delivery(back.letter_id))["failure"] == "address-closed"


async def test_another_member_at_the_same_address_is_written_to_all_the_same(service: RunningNotifications):
    await came_back(service)
    neighbour = letter_required()
    await service.hear(member_enrolled(member_id=neighbour.member_id, first_name="Ada"))
    await service.hear(neighbour)
    await service.hand_over()

    assert (await service.delivery(neighbour.letter_id))["state"] == "handed_over"


async def test_a_closed_address_is_recognised_after_the_key_was_exchanged(service: RunningNotifications):
    letter = await came_back(service)
    ring = service.notifications.foundation.data_keys
    ring._keys["2099-01"], ring.current = b"k" * 32, "2099-01"  # as a process that has read the new file
    following = letter_required(member_id=letter.member_id)
    await service.hear(following)
    await service.hand_over()

    assert (await service.delivery(following.letter_id))["failure"] == "address-closed"
    assert [one["still_present"] for one in (await closed(service))["items"]] == [True]


async def test_a_letter_of_the_release_before_comes_back_without_closing_anything(service: RunningNotifications):
    [letter] = await handed_over(service)
    await service.rows("UPDATE deliveries SET address_digest = NULL RETURNING id")
    told = await give_back(service, await id_of(service, letter), reason="moved")

    assert told.status == 200
    assert (await closed(service))["items"] == []


async def test_advisers_see_from_where_letters_came_back_page_by_page(service: RunningNotifications):
    letters = [await came_back(service, reason) for reason in ("moved", "unknown-address", "incomplete-address")]
    first = await closed(service, limit="2")
    second = await closed(service, limit="2", cursor=first["next"])
    items = [*first["items"], *second["items"]]
    row = await service.delivery(letters[0].letter_id)
    (since,) = await service.rows("SELECT closed_at FROM closed_addresses WHERE delivery_id = $1", row["id"])

    assert [one["member_id"] for one in items] == [str(letter.member_id) for letter in reversed(letters)]
    assert datetime.fromisoformat(items[-1].pop("since")) == since["closed_at"]
    assert items[-1] == {
        "member_id": str(letters[0].member_id),
        "town": "Le Mêle-sur-Sarthe",
        "reason": "moved",
        "letter_id": str(row["id"]),
        "still_present": True,
    }
    assert second["next"] is None
    assert [deed[:3] for deed in await deeds(service)][-1] == ("adviser@safiag", "safiag", "closed_addresses_listed")


async def test_another_brands_closed_addresses_are_nobodys(service: RunningNotifications):
    await came_back(service)
    foreign = await ask(service, "GET", CLOSED, role="adviser", brand="mgas")
    own = await ask(service, "GET", "/v1/mgas/staff/closed-addresses", role="adviser", brand="mgas")

    assert (foreign.status, own.body["items"]) == (403, [])


async def test_what_is_no_letter_of_the_brand_cannot_come_back(service: RunningNotifications):
    [letter] = await handed_over(service, brand="mgas")
    mail = reset_requested(brand="safiag")
    await service.hear(mail)
    mail_id = (await service.delivery(mail.reset_id))["id"]
    told = [await give_back(service, one, reason="moved") for one in (await id_of(service, letter), mail_id, uuid4())]

    assert [one.refusal for one in told] == [(404, "not-found", [])] * 3
    assert (await service.delivery(letter.letter_id))["state"] == "handed_over"
    assert await service.published() == []


async def test_a_letter_that_has_not_left_cannot_come_back(service: RunningNotifications):
    planned, batched = letter_required(), letter_required()
    await service.hear(member_enrolled(member_id=batched.member_id))
    for letter in (planned, batched):
        await service.hear(letter)
    await collect_letters(service.notifications)
    told = [await give_back(service, await id_of(service, one), reason="moved") for one in (planned, batched)]

    assert [one.refusal for one in told] == [(409, "letter-not-handed-over", [])] * 2
    assert await service.rows("SELECT delivery_id FROM closed_addresses") == []


WRONG_BODIES = [
    ({}, "reason", "required"),
    ({"reason": "lost"}, "reason", "unknown-value"),
    ({"reason": "Moved"}, "reason", "unknown-value"),
    ({"reason": "moved", "returned_at": "2999-01-01T00:00:00Z"}, "returned_at", "in-the-future"),
    ({"reason": "moved", "returned_at": "2020-01-01T00:00:00Z"}, "returned_at", "before-hand-over"),
    ({"reason": "moved", "address": "3 rue du Port"}, "address", "unknown-field"),
]


@pytest.mark.parametrize(("body", "field", "code"), WRONG_BODIES)
async def test_what_cannot_be_is_refused_with_its_field(
    service: RunningNotifications, body: dict[str, object], field: str, code: str
):
    [letter] = await handed_over(service)
    told = await give_back(service, await id_of(service, letter), **body)

    assert (told.status, told.refusal[2]) == (422, [(field, code)])
    assert (await service.delivery(letter.letter_id))["state"] == "handed_over"


async def test_it_does_not_come_back_before_it_was_posted(service: RunningNotifications):
    [letter] = await handed_over(service)
    service.clock.advance(hours=5)
    await ask(service, "POST", f"{BATCHES}/{await batch_of(service, letter)}/posted", json={})
    too_early = (service.clock.now() - timedelta(hours=1)).isoformat()
    told = await give_back(service, await id_of(service, letter), reason="moved", returned_at=too_early)

    assert told.refusal == (422, "invalid-request", [("returned_at", "before-hand-over")])

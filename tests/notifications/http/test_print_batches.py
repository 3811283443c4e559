"""/v1/print-batches: the print operator's brand, and nobody else's; what is fetched is whole, and leaves a trace."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from notifications_service.usecases.collect_letters import collect_letters
from notifications_service.usecases.remove_served_letters import remove_served_letters

from tests.support.letter_steps import BATCHES, ask, batch_of, deeds, handed_over, id_of
from tests.support.notifications_fixtures import (
    RunningNotifications,
    code_redeemed,
    letter_required,
    member_enrolled,
)

UNKNOWN = UUID("00000000-0000-4000-8000-000000000000")


async def test_a_batch_is_listed_with_what_the_print_operator_needs(service: RunningNotifications):
    letter, _ = await handed_over(service, 2)
    (folder,) = service.batches()
    row = await service.delivery(letter.letter_id)
    promise = row["created_at"] + timedelta(hours=9)
    await service.rows("UPDATE deliveries SET promised_until = $2 WHERE id = $1 RETURNING id", row["id"], promise)
    told = await ask(service, "GET", BATCHES)
    (batch,) = await service.rows("SELECT * FROM print_batches")

    assert (told.status, told.body["next"]) == (200, None)
    [item] = told.body["items"]
    instants = {name: datetime.fromisoformat(item.pop(name)) for name in ("created_at", "handed_over_at")}
    assert instants == {name: batch[name] for name in instants}
    assert datetime.fromisoformat(item.pop("promised_until")) == promise
    assert item == {
        "id": str(batch["id"]),
        "brand": "safiag",
        "state": "handed_over",
        "letters": 2,
        "letters_posted": 0,
        "posted_at": None,
        "manifest_sha256": hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest(),
    }


async def test_batches_are_listed_newest_first_page_by_page_and_by_state(service: RunningNotifications):
    batches = [await batch_of(service, (await handed_over(service))[0]) for _ in range(3)]
    await handed_over(service, brand="mgas")
    await ask(service, "POST", f"{BATCHES}/{batches[1]}/posted", json={})
    await service.hear(member_enrolled(member_id=(waiting := letter_required()).member_id))
    await service.hear(waiting)
    await collect_letters(service.notifications)
    printing = await batch_of(service, waiting)
    seen, cursor = [], ""
    while cursor is not None:
        page = await ask(service, "GET", BATCHES, params={"limit": "1"} | ({"cursor": cursor} if cursor else {}))
        seen += [UUID(one["id"]) for one in page.body["items"]]
        cursor = page.body["next"]

    async def ids(state: str) -> list[UUID]:
        told = await ask(service, "GET", BATCHES, params={"state": state})
        return [UUID(one["id"]) for one in told.body["items"]]

    assert seen == [printing, *reversed(batches)]
    assert await ids("printing") == [printing]
    assert await ids("handed_over") == [batches[2], batches[0]]
    assert await ids("posted") == [batches[1]]


async def test_a_cursor_serves_only_in_its_own_list(service: RunningNotifications):
    for _ in range(2):
        await handed_over(service)
    cursor = (await ask(service, "GET", BATCHES, params={"limit": "1"})).body["next"]
    elsewhere = await ask(service, "GET", BATCHES, params={"cursor": cursor}, brand="mgas")
    filtered = await ask(service, "GET", BATCHES, params={"cursor": cursor, "state": "posted"})

    assert elsewhere.refusal == filtered.refusal == (422, "invalid-request", [("cursor", "invalid-cursor")])


async def test_a_letter_that_was_never_drawn_is_none_of_its_batch(service: RunningNotifications):
    letters = [letter_required() for _ in range(2)]
    for letter in letters:
        await service.hear(member_enrolled(member_id=letter.member_id))
        await service.hear(letter)
    await collect_letters(service.notifications)
    await service.hear(code_redeemed(letters[0]))
    await service.hand_over()
    [item] = (await ask(service, "GET", BATCHES)).body["items"]
    posted = await ask(service, "POST", f"{BATCHES}/{item['id']}/posted", json={})

    assert item["letters"] == 1
    assert (posted.body["state"], posted.body["letters_posted"]) == ("posted", 1)


async def test_a_batch_that_is_still_being_printed_cannot_be_fetched_or_posted(service: RunningNotifications):
    letter = letter_required()
    await service.hear(member_enrolled(member_id=letter.member_id))
    await service.hear(letter)
    await collect_letters(service.notifications)
    batch = await batch_of(service, letter)
    refused = [
        await ask(service, "GET", f"{BATCHES}/{batch}/archive"),
        await ask(service, "POST", f"{BATCHES}/{batch}/posted", json={}),
    ]

    assert [one.refusal for one in refused] == [(409, "batch-not-handed-over", [])] * 2


async def test_another_brands_batch_is_nobodys(service: RunningNotifications):
    [letter] = await handed_over(service, brand="mgas")
    batch = await batch_of(service, letter)
    folder = str(service.batches()[0])
    paths = [
        ("GET", f"{BATCHES}/{batch}/archive"),
        ("POST", f"{BATCHES}/{batch}/posted"),
        ("GET", f"{BATCHES}/{UNKNOWN}/archive"),
        ("GET", f"{BATCHES}/..%2f..%2fetc%2fpasswd/archive"),
        ("GET", f"{BATCHES}/{{{batch}}}/archive"),
        ("POST", f"{BATCHES}/{str(batch).upper()}/posted"),
        ("POST", f"{BATCHES}/{uuid4()}/posted"),
    ]
    told = [await ask(service, method, path, **({"json": {}} if method == "POST" else {})) for method, path in paths]

    assert [one.refusal for one in told] == [(404, "not-found", [])] * len(paths)
    assert (await ask(service, "GET", BATCHES)).body["items"] == []
    assert (await service.delivery(letter.letter_id))["state"] == "handed_over"
    assert [str(one) for one in service.batches()] == [folder]
    assert await deeds(service) == []


@pytest.mark.parametrize("role", ["adviser", "back-office", "operator"])
async def test_only_print_operators_may(service: RunningNotifications, role: str):
    batch = await batch_of(service, (await handed_over(service))[0])
    told = [
        await ask(service, "GET", BATCHES, role=role),
        await ask(service, "GET", f"{BATCHES}/{batch}/archive", role=role),
        await ask(service, "POST", f"{BATCHES}/{batch}/posted", role=role, json={}),
        await ask(service, "POST", f"/v1/letters/{UNKNOWN}/returned", role=role, json={"reason": "moved"}),
    ]

    assert [one.refusal for one in told] == [(403, "forbidden", [])] * 4


async def test_a_print_operator_sees_no_closed_addresses_and_a_member_no_batch(service: RunningNotifications):
    headers = {"Authorization": f"Bearer {service.access_token(uuid4())}"}
    async with service.served() as client, client.get(BATCHES, headers=headers) as response:
        as_member = response.status

    assert as_member == 401
    assert (await ask(service, "GET", "/v1/safiag/staff/closed-addresses")).status == 403


POSTED_AT = "posted_at"
WRONG_BODIES = [
    ({"posted_at": "yesterday"}, POSTED_AT, "invalid-instant"),
    ({"posted_at": 1795250000}, POSTED_AT, "invalid-instant"),
    ({"posted_at": "2026-11-21T09:00:00"}, POSTED_AT, "invalid-instant"),
    ({"posted_at": "2999-01-01T00:00:00Z"}, POSTED_AT, "in-the-future"),
    ({"posted_at": "2020-01-01T00:00:00Z"}, POSTED_AT, "before-hand-over"),
    ({"posted_at": "0001-01-01T00:00:00+14:00"}, POSTED_AT, "before-hand-over"),
    ({"letters": []}, "letters", "too-few"),
    ({"letters": "all"}, "letters", "list-required"),
    ({"letters": ["1"]}, "letters.0", "invalid-identifier"),
    ({"letters": [str(UNKNOWN)]}, "letters.0", "not-of-this-batch"),
    ({"letters": [str(UNKNOWN)] * 1001}, "letters", "too-many"),
    ({"posted": True}, "posted", "unknown-field"),
]


@pytest.mark.parametrize(("body", "field", "code"), WRONG_BODIES)
async def test_what_cannot_be_is_refused_with_its_field(
    service: RunningNotifications, body: dict[str, object], field: str, code: str
):
    [letter] = await handed_over(service)
    told = await ask(service, "POST", f"{BATCHES}/{await batch_of(service, letter)}/posted", json=body)

    assert (told.status, (field, code) in told.refusal[2]) == (422, True), told.body
    assert (await service.delivery(letter.letter_id))["state"] == "handed_over"


async def test_letters_of_another_batch_or_brand_are_not_posted_with_this_one(service: RunningNotifications):
    [letter], [other], [foreign] = (
        await handed_over(service),
        await handed_over(service),
        await handed_over(service, brand="mgas"),
    )
    ids = [str(await id_of(service, one)) for one in (letter, other, foreign)]
    told = await ask(service, "POST", f"{BATCHES}/{await batch_of(service, letter)}/posted", json={"letters": ids})
    states = {(await service.delivery(one.letter_id))["state"] for one in (letter, other, foreign)}

    assert told.refusal[2] == [("letters.1", "not-of-this-batch"), ("letters.2", "not-of-this-batch")]
    assert states == {"handed_over"}


async def test_a_batch_is_posted_at_the_instant_that_is_told(service: RunningNotifications):
    [letter] = await handed_over(service)
    batch = await batch_of(service, letter)
    service.clock.advance(hours=8)
    instant = (service.clock.now() - timedelta(hours=2)).replace(microsecond=0)
    told = await ask(service, "POST", f"{BATCHES}/{batch}/posted", json={"posted_at": instant.isoformat()})
    row = await service.delivery(letter.letter_id)

    assert (told.status, told.body["state"], told.body["letters"], told.body["letters_posted"]) == (200, "posted", 1, 1)
    assert datetime.fromisoformat(told.body["posted_at"]) == instant == row["posted_at"]
    assert row["state"] == "posted"
    assert await deeds(service) == [("print-operator@safiag", "safiag", "batch_posted", batch)]


async def test_the_second_in_which_it_was_handed_over_is_not_too_early(service: RunningNotifications):
    batch = await batch_of(service, (await handed_over(service))[0])
    (row,) = await service.rows("SELECT handed_over_at FROM print_batches")
    second = row["handed_over_at"].astimezone(UTC).replace(microsecond=0)
    told = await ask(service, "POST", f"{BATCHES}/{batch}/posted", json={"posted_at": second.isoformat()})

    assert told.status == 200


async def test_a_list_of_the_posted_batch_shows_the_digest_of_the_manifest_that_is_left(service: RunningNotifications):
    batch = await batch_of(service, (await handed_over(service))[0])
    [before] = (await ask(service, "GET", BATCHES)).body["items"]
    await ask(service, "POST", f"{BATCHES}/{batch}/posted", json={})
    await remove_served_letters(service.notifications)
    [after] = (await ask(service, "GET", BATCHES)).body["items"]
    (folder,) = service.batches()

    assert before["manifest_sha256"] != after["manifest_sha256"]
    assert after["manifest_sha256"] == hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    assert "address_lines" not in json.loads((folder / "manifest.json").read_text())["letters"][0]

"""GET /v1/me/documents: one's own, newest first, page by page."""

import base64
from typing import Any
from uuid import uuid4

import pytest

from tests.support.documents_fixtures import RunningDocuments


async def ask(
    service: RunningDocuments, member_id: str, query: str = "", *, brand: str = "mgas"
) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {service.access_token(member_id, brand=brand)}"}
    async with service.served() as client, client.get(f"/v1/me/documents{query}", headers=headers) as response:
        return response.status, await response.json(content_type=None)


async def history(service: RunningDocuments, count: int) -> str:
    """Issue `count` cards to one member, one a minute but for two in the same instant; return the member's id."""
    data = await service.enrol()
    for number in range(2, count + 1):
        service.clock.advance(minutes=0 if number == 3 else 1)
        data = await service.change(data, last_name=f"Nom{'abcdefghij'[number]}")
    return str(data["member_id"])


async def test_a_member_sees_the_card_with_title_state_dates_size_and_file_name(service):
    data = await service.enrol()
    (row,) = await service.rows("SELECT id::text, size FROM documents")

    assert await ask(service, data["member_id"]) == (
        200,
        {
            "items": [
                {
                    "id": row["id"],
                    "kind": "third_party_payment_card",
                    "title": "Carte de tiers payant",
                    "state": "valid",
                    "issued_at": "2026-11-21T09:00:00Z",
                    "valid_from": "2026-01-01",
                    "valid_until": "2026-12-31",
                    "size": row["size"],
                    "file_name": "Carte de tiers payant 2026 – MGAS.pdf",
                }
            ],
            "next": None,
        },
    )


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7])
async def test_pages_follow_each_other_without_a_gap_or_a_double_newest_first(service, limit):
    member_id, pages, query = await history(service, 5), [], f"?limit={limit}"
    while query:
        status, page = await ask(service, member_id, query)
        pages.append([item["id"] for item in page["items"]])
        query = f"?limit={limit}&cursor={page['next']}" if page["next"] else ""
        assert status == 200
    rows = await service.rows("SELECT id::text FROM documents ORDER BY issued_at DESC, id DESC")

    assert [document for page in pages for document in page] == [row["id"] for row in rows]
    assert max(map(len, pages)) <= limit
    assert pages[-1] != []


async def test_former_cards_are_listed_as_superseded(service):
    _, page = await ask(service, await history(service, 2))

    assert [item["state"] for item in page["items"]] == ["valid", "superseded"]


async def test_a_card_is_shown_as_expired_once_its_last_day_in_paris_has_passed(service):
    data = await service.enrol()
    service.clock.instant = service.clock.instant.replace(month=12, day=31, hour=22, minute=59)
    _, on_the_last_day = await ask(service, data["member_id"])
    service.clock.advance(minutes=1)
    _, the_day_after = await ask(service, data["member_id"])

    assert [on_the_last_day["items"][0]["state"], the_day_after["items"][0]["state"]] == ["valid", "expired"]


async def test_the_list_can_be_limited_to_a_kind(service):
    member_id = (await service.enrol())["member_id"]
    found = [
        len((await ask(service, member_id, f"?kind={kind}"))[1]["items"])
        for kind in ("third_party_payment_card", "tax_certificate")
    ]

    assert found == [1, 0]


@pytest.mark.parametrize("brand", ["mgas", "safiag"])
async def test_nobody_sees_the_documents_of_another_member_or_brand(service, brand):
    data = await service.enrol()
    member_id = data["member_id"] if brand == "safiag" else str(uuid4())

    assert await ask(service, member_id, brand=brand) == (200, {"items": [], "next": None})


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("?kind=passport", "kind", "unknown-value"),
        ("?limit=0", "limit", "too-small"),
        ("?limit=101", "limit", "too-large"),
        ("?limit=many", "limit", "number-required"),
        ("?page=2", "page", "unknown-field"),
        ("?cursor=", "cursor", "invalid-cursor"),
        ("?cursor=abc", "cursor", "invalid-cursor"),
        ("?cursor=%00", "cursor", "forbidden-characters"),
        ("?cursor=%C3%A9t%C3%A9", "cursor", "invalid-cursor"),
        (f"?cursor={base64.urlsafe_b64encode(b'k1:' + bytes(60)).decode()}", "cursor", "invalid-cursor"),
        (f"?cursor={'A' * 501}", "cursor", "too-long"),
    ],
)
async def test_a_question_that_does_not_fit_names_the_field(service, query, field, code):
    status, problem = await ask(service, str(uuid4()), query)

    assert (status, problem["code"]) == (422, "invalid-request")
    assert [(one["field"], one["code"]) for one in problem["fields"]] == [(field, code)]


async def test_a_cursor_is_refused_when_one_character_differs_or_in_another_list(service):
    member_id = await history(service, 2)
    _, page = await ask(service, member_id, "?limit=1")
    cursor = page["next"]
    altered = [
        cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :] for place in (0, 9, 40, -9)
    ]
    queries = [f"?cursor={one}" for one in altered] + [f"?cursor={cursor}&kind=third_party_payment_card"]
    answers = [await ask(service, member_id, query) for query in queries]
    answers.append(await ask(service, str(uuid4()), f"?cursor={cursor}"))

    assert [(status, problem["fields"][0]["code"]) for status, problem in answers] == [(422, "invalid-cursor")] * 6


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer abc", "Basic abc"])
async def test_without_a_valid_token_nothing_is_told(service, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    async with service.served() as client, client.get("/v1/me/documents", headers=headers) as response:
        problem = await response.json(content_type=None)

    assert (response.status, problem["code"]) == (401, "not-signed-in")

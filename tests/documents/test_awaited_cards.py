"""A card that shows who was just added is drawn before all others, whichever news comes first."""

from typing import Any
from uuid import uuid4

import pytest

from tests.support.documents_fixtures import RunningDocuments, member_state

ADDED, CHANGED = "beneficiary.added.v1", "member.changed.v1"
AWAITED, BULK = 0, 2


def added(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    news = {"version": 1, "member_id": data["member_id"], "brand": "mgas", "beneficiary_id": str(uuid4())}
    return news | {"member_version": data["version"] + 1} | changes


def with_a_newborn(data: dict[str, Any], *, versions: int = 1) -> dict[str, Any]:
    child = {
        "first_name": "Noé",
        "last_name": "Canarie",
        "birth_date": "2026-11-19",
        "birth_rank": 1,
        "relation": "child",
    }
    return data | {"version": data["version"] + versions, "beneficiaries": [*data["beneficiaries"], child]}


async def lanes(service: RunningDocuments, data: dict[str, Any]) -> list[tuple[int, str]]:
    rows = await service.rows(
        "SELECT lane, status FROM issues WHERE member_id = $1 ORDER BY member_version", data["member_id"]
    )
    return [(row["lane"], row["status"]) for row in rows]


@pytest.mark.parametrize("first", [ADDED, CHANGED])
async def test_the_card_goes_ahead_of_a_campaign_whichever_news_comes_first(service, first: str):
    for number in range(2, 14):
        await service.hear("member.enrolled.v1", member_state(number))
    data = member_state()
    news = [(ADDED, added(data)), (CHANGED, with_a_newborn(data))]
    for event_type, told in sorted(news, key=lambda one: one[0] != first):
        await service.hear(event_type, told)
    await service.issue()
    issued = await service.rows("SELECT member_id::text FROM documents")

    assert len(issued) < 13
    assert data["member_id"] in [row["member_id"] for row in issued]
    assert await service.rows("SELECT * FROM hurried_cards") == []


async def test_a_later_version_that_takes_the_cards_place_waits_no_longer(service):
    data = member_state()
    await service.hear(ADDED, added(data))
    await service.hear(CHANGED, with_a_newborn(data))
    await service.hear(CHANGED, with_a_newborn(data, versions=2) | {"last_name": "Autre"})

    assert await lanes(service, data) == [(AWAITED, "superseded"), (AWAITED, "planned")]


async def test_a_card_of_before_the_addition_is_not_hurried(service):
    data = member_state()
    await service.hear("member.enrolled.v1", data)
    await service.hear(ADDED, added(data))

    assert await lanes(service, data) == [(BULK, "planned")]


async def test_an_addition_that_is_heard_when_the_card_is_there_changes_nothing(service):
    data = await service.enrol()
    await service.change(data, beneficiaries=with_a_newborn(data)["beneficiaries"])
    await service.hear(ADDED, added(data))

    assert await lanes(service, data) == [(BULK, "done"), (BULK, "done")]
    assert await service.rows("SELECT * FROM hurried_cards") == []

"""PUT /v1/{brand}/members/{membership_number}: one line as a body, with the same checks, event and lock as a file's."""

import asyncio
from collections import Counter
from typing import Any
from uuid import uuid4

from tests.support.contracts_fixtures import OpenContracts, enrolment_line, many_lines, ndjson


async def put(
    contracts: OpenContracts, body: Any, number: str = "00000001", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    url = f"{contracts.url}/v1/mgas/members/{number}"
    async with contracts.client.put(
        url, json=body, headers=contracts.staff() if headers is None else headers
    ) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_new_member_is_created_a_known_one_changed_and_the_same_is_unchanged(contracts: OpenContracts) -> None:
    line = enrolment_line(1)
    answers = [await put(contracts, one) for one in (line, line, line | {"title": "Dr"})]
    told = [(one.type, one.data["version"]) for one in await contracts.envelopes()]

    assert answers == [(201, {"state": "accepted"}), (200, {"state": "unchanged"}), (200, {"state": "accepted"})]
    assert told == [("member.enrolled.v1", 1), ("member.changed.v1", 2)]
    assert (await contracts.send(ndjson([line | {"title": "Dr"}])))[1]["unchanged"] == 1


async def test_problems_are_told_as_a_files_are(contracts: OpenContracts) -> None:
    wrong = enrolment_line(1, nir="1851375123456", email="nobody") | {"colour": "blue"}
    status, answer = await put(contracts, wrong)
    other = await put(contracts, enrolment_line(2))
    codes = {(one["field"], one["code"]) for one in answer["fields"]}

    assert (status, answer["code"]) == (422, "invalid-request")
    assert codes == {("nir", "invalid-nir-month"), ("email", "invalid-email"), ("colour", "unknown-field")}
    assert [(one["field"], one["code"]) for one in other[1]["fields"]] == [("membership_number", "differs-from-path")]
    assert (await put(contracts, []))[0] == 422
    assert await contracts.fetch("SELECT FROM members") == []


async def test_only_the_brands_back_office_may_tell_members(contracts: OpenContracts) -> None:
    refused = [
        (await put(contracts, enrolment_line(1), headers=headers))[0]
        for headers in ({}, contracts.member(uuid4()), contracts.staff("demo"), contracts.staff(role="adviser"))
    ]

    assert refused == [401, 401, 403, 403]


async def test_calls_and_files_at_once_leave_one_version_after_another(contracts: OpenContracts) -> None:
    file = ndjson([line | {"title": "file"} for line in many_lines(150)])
    calls = [put(contracts, enrolment_line(1, title=f"call {number}")) for number in range(8)]
    (_, answer), *answers = await asyncio.gather(contracts.send(file), *calls)
    member = (await contracts.fetch("SELECT id, version FROM members WHERE membership_number = '00000001'"))[0]
    told = [one for one in await contracts.envelopes() if one.data["member_id"] == str(member["id"])]

    assert (answer["accepted"], sorted(status for status, _ in answers)[:7]) == (150, [200] * 7)
    assert member["version"] == 9
    assert Counter(one.data["version"] for one in told) == dict.fromkeys(range(1, 10), 1)

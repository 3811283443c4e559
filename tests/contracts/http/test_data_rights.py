"""What somebody asks about the own data: kept, restricted, never silently refused (GDPR art. 17 and 18)."""

from typing import Any
from uuid import UUID

from tests.support.chosen_email_steps import enrolled
from tests.support.contracts_fixtures import OpenContracts, enrolment_line

LINE = enrolment_line()
FORMER = LINE | {"contract": LINE["contract"] | {"end_date": "2026-10-31"}}
REASON = {"reason": "demande par courrier du 3 novembre"}


async def call(
    contracts: OpenContracts, method: str, path: str, headers: dict[str, str], **body: Any
) -> tuple[int, Any]:
    async with contracts.client.request(
        method, f"{contracts.url}{path}", headers=headers, json=body or None
    ) as response:
        return response.status, await response.json(content_type=None)


async def search(contracts: OpenContracts) -> tuple[int, Any]:
    headers = contracts.staff(role="adviser")
    return await call(
        contracts, "POST", "/v1/mgas/staff/members/search", headers, membership_number=LINE["membership_number"]
    )


async def test_a_former_member_who_asks_for_erasure_is_told_the_day_and_left_alone_until_then(
    contracts: OpenContracts,
) -> None:
    member_id = await enrolled(contracts, FORMER)
    me = contracts.member(member_id, scope="member.read")
    status, answer = await call(contracts, "POST", "/v1/me/erasure-requests", me)
    again, same = await call(contracts, "POST", "/v1/me/erasure-requests", me)
    refused, problem = await search(contracts)
    numbers = f"/v1/mgas/staff/members/{member_id}/nir-view"
    hidden = await call(contracts, "POST", numbers, contracts.staff(role="adviser"), **REASON)

    assert (status, again) == (201, 201)
    assert answer == same
    assert (answer["restricted"], answer["access_until"], answer["purge_on"]) == (True, "2031-10-31", "2031-11-01")
    assert "1er" in answer["explanation"]
    assert (refused, problem["code"], problem["person_id"]) == (409, "data-restricted", str(member_id))
    assert (hidden[0], hidden[1]["code"]) == (409, "data-restricted")
    assert await contracts.fetch("SELECT FROM staff_deeds WHERE kind = 'member_searched'") != []


async def test_erasure_waits_for_the_end_of_a_contract_and_restriction_does_not(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, LINE)
    me = contracts.member(member_id)
    _, asked = await call(contracts, "POST", "/v1/me/erasure-requests", me)
    found, _ = await search(contracts)
    _, restricted = await call(contracts, "PUT", "/v1/me/data-restriction", me, restricted=True)
    refused, _ = await search(contracts)
    _, lifted = await call(contracts, "PUT", "/v1/me/data-restriction", me, restricted=False)

    assert (asked["restricted"], asked["purge_on"]) == (False, None)
    assert (found, refused) == (200, 409)
    assert (restricted["restricted"], lifted["restricted"]) == (True, False)
    assert (await search(contracts))[0] == 200


async def test_the_back_office_restricts_and_lifts_for_whoever_asks_and_only_for_its_own_brand(
    contracts: OpenContracts,
) -> None:
    member_id = await enrolled(contracts, LINE)
    (son,) = await contracts.fetch("SELECT id FROM beneficiaries")
    path = f"/v1/mgas/staff/people/{son['id']}/data-restriction"
    done = [await call(contracts, "POST", path, contracts.staff(), restricted=one, **REASON) for one in (True, False)]
    other = path.replace("mgas", "safiag")
    foreign, _ = await call(contracts, "POST", other, contracts.staff("safiag"), restricted=True, **REASON)
    adviser, _ = await call(contracts, "POST", path, contracts.staff(role="adviser"), restricted=True, **REASON)
    deeds = [row["kind"] for row in await contracts.fetch("SELECT kind FROM staff_deeds ORDER BY at, kind")]

    assert [answer["restricted"] for _, answer in done] == [True, False]
    assert (foreign, adviser) == (404, 403)
    assert sorted(deeds) == ["data_restricted", "restriction_lifted"]
    assert isinstance(member_id, UUID)


async def test_an_old_session_asks_for_nothing(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, LINE)
    me = contracts.member(member_id, signed_in_minutes_ago=11)
    answers = [
        await call(contracts, "POST", "/v1/me/erasure-requests", me),
        await call(contracts, "PUT", "/v1/me/data-restriction", me, restricted=True),
    ]

    assert [(status, problem["code"]) for status, problem in answers] == [(403, "recent-sign-in-required")] * 2
    assert await contracts.fetch("SELECT FROM data_requests") == []

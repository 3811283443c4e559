"""A full number shown to the staff: for a reason, within limits, and never without a deed."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.chosen_email_steps import enrolled
from tests.support.contracts_fixtures import OpenContracts, enrolment_line

WHY = {"reason": "  Attestation demandée par la caisse, dossier Canari "}
CHILD = "108012B033051"  # of the enrolment line's beneficiary
DEEDS = "SELECT brand, kind, object_id, member_id, id, reason_sealed FROM staff_deeds ORDER BY at, id"


async def view(
    contracts: OpenContracts, path: str, *, brand: str = "mgas", role: str = "adviser", body: Any = WHY
) -> tuple[int, dict[str, Any], str | None]:
    """Return status, answer and Cache-Control of a view."""
    url = f"{contracts.url}/v1/{brand}/staff/{path}/nir-view"
    async with contracts.client.post(url, json=body, headers=contracts.staff(brand, role)) as response:
        return response.status, await response.json(content_type=None), response.headers.get("Cache-Control")


async def child_of(contracts: OpenContracts, member_id: UUID) -> UUID:
    query = (
        "SELECT beneficiaries.id FROM beneficiaries JOIN contracts ON contracts.id = contract_id WHERE member_id = $1"
    )
    found: UUID = (await contracts.fetch(query, member_id))[0]["id"]
    return found


@pytest.mark.parametrize("role", ["adviser", "back-office"])
async def test_a_members_number_is_shown_with_its_key_and_the_deed_says_why(
    contracts: OpenContracts, role: str
) -> None:
    line = enrolment_line()
    member_id = await enrolled(contracts, line)
    status, answer, kept = await view(contracts, f"members/{member_id}", role=role)
    ((brand, kind, object_id, of_member, deed_id, sealed),) = [tuple(row) for row in await contracts.fetch(DEEDS)]
    reason = contracts.service.seals.reasons.open(sealed, context=str(deed_id)).decode()

    assert (status, answer["nir"][:13], len(answer["nir"]), kept) == (200, line["nir"], 15, "no-store")
    assert (brand, kind, object_id, of_member) == ("mgas", "nir_viewed", member_id, member_id)
    assert reason == "Attestation demandée par la caisse, dossier Canari"


async def test_a_beneficiarys_own_number_is_shown_and_the_deed_names_the_member(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, enrolment_line())
    child_id = await child_of(contracts, member_id)
    status, answer, _ = await view(contracts, f"beneficiaries/{child_id}")
    (deed,) = await contracts.fetch(DEEDS)

    assert (status, answer["nir"][:13]) == (200, CHILD)
    assert (deed["object_id"], deed["member_id"]) == (child_id, member_id)


async def test_who_is_not_there_for_the_brand_has_no_number_and_leaves_no_deed(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, enrolment_line())
    child_id = await child_of(contracts, member_id)
    await contracts.execute("UPDATE beneficiaries SET nir_sealed = NULL, nir_digest = NULL WHERE id = $1", child_id)
    places = (f"members/{uuid4()}", f"members/{child_id}", f"beneficiaries/{member_id}", f"beneficiaries/{child_id}")
    answers = [await view(contracts, place) for place in places]
    answers.append(await view(contracts, f"members/{member_id}", brand="safiag"))

    assert [(status, answer["code"]) for status, answer, _ in answers] == [(404, "not-found")] * 5
    assert await contracts.fetch(DEEDS) == []


async def test_without_a_reason_or_the_role_there_is_neither_number_nor_deed(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, enrolment_line())
    no_reason, _, _ = await view(contracts, f"members/{member_id}", body={})
    no_role, _, _ = await view(contracts, f"members/{member_id}", role="operator")

    assert (no_reason, no_role) == (422, 403)
    assert await contracts.fetch(DEEDS) == []


async def test_numbers_that_do_not_open_are_told_of_nobody(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, enrolment_line())
    await contracts.execute("UPDATE members SET nir_sealed = nir_sealed || '\\x00'")
    status, answer, _ = await view(contracts, f"members/{member_id}")

    assert (status, answer["code"]) == (500, "internal-error")
    assert await contracts.fetch(DEEDS) == []


async def test_somebody_who_asks_for_many_is_stopped_and_others_are_not(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, enrolment_line())
    most = contracts.service.brands["mgas"].nir_views.most_an_hour
    await contracts.execute(
        """
        INSERT INTO staff_deeds (id, at, brand, staff, kind, object_id, member_id)
        SELECT gen_random_uuid(), $2::timestamptz - make_interval(mins => 10 + place), 'mgas', 'adviser@mgas',
            'nir_viewed', $1, $1
        FROM generate_series(1, $3) AS place
        """,
        member_id,
        contracts.service.foundation.clock.now(),
        most,
    )
    url = f"{contracts.url}/v1/mgas/staff/members/{member_id}/nir-view"
    async with contracts.client.post(url, json=WHY, headers=contracts.staff(role="adviser")) as stopped:
        status, retry_after = stopped.status, int(stopped.headers["Retry-After"])
    others, _, _ = await view(contracts, f"members/{member_id}", role="back-office")

    assert (status, others) == (429, 200)
    assert retry_after == (60 - 10 - most) * 60  # when the first of them is an hour old
    assert len(await contracts.fetch(DEEDS)) == most + 1

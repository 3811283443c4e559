"""Who sees whom on a contract, who can refuse autonomy, and what the staff may record (code de la mutualité, L114-2)."""

from typing import Any

import asyncpg
import pytest

from tests.support.contracts_fixtures import enrolment_line
from tests.support.household import GROWN, SMALL, SPOUSE, Household, somebody

REASON = {"reason": "courrier du 18 novembre"}
REFUSAL = {"refused_on": "2026-11-18", "proof": "lettre signée, GED 4711", **REASON}
YOUNG = somebody("Noé", "2010-11-22")  # 16 tomorrow


@pytest.fixture
async def family(household: Household) -> Household:
    """A member, her spouse, a son of 18 and a daughter of 11."""
    await household.file_says(SPOUSE, GROWN, SMALL)
    return household


async def headers_of(household: Household, person: dict[str, Any] | None = None, **changes: Any) -> dict[str, str]:
    """Return the token of one of the people; the member's for None."""
    person_id = await household.member_id() if person is None else await household.id_of(person)
    return household.contracts.member(person_id, **changes)


async def deeds(household: Household) -> list[tuple[Any, ...]]:
    rows = await household.contracts.fetch(
        "SELECT kind, object_id, reason_sealed IS NOT NULL AS why FROM staff_deeds WHERE member_id = $1 ORDER BY at, kind",
        await household.member_id(),
    )
    return [tuple(row) for row in rows]


async def test_a_member_sees_who_is_on_the_contract_and_whose_lines_are_shown(family: Household):
    answer = await family.people(await headers_of(family))

    assert [(one["relation"], one["first_name"], one["autonomous"], one["lines_shown"]) for one in answer] == [
        ("member", "Maëlys-Canarine", True, True),
        ("spouse", "Yves", True, False),
        ("child", "Éloi", True, False),
        ("child", "Anna", False, True),
    ]
    assert answer[0]["id"] == str(await family.member_id())
    assert answer[3] == {
        "id": str(await family.id_of(SMALL)),
        "relation": "child",
        "first_name": "Anna",
        "last_name": "Canariensis-d’Arc",
        "birth_date": "2015-06-30",
        "birth_rank": 1,
        "since": "2019-06-08",
        "until": None,
        "autonomous": False,
        "autonomous_from": "2031-06-30",
        "lines_shown": True,
    }


async def test_an_autonomous_person_sees_the_own_entry_and_the_cover_and_nothing_of_the_member(family: Household):
    headers = await headers_of(family, SPOUSE)
    (own,) = await family.people(headers)
    status, contract = await family.contracts.get("/v1/me/contract", headers)
    _, members = await family.contracts.get("/v1/me/contract", await headers_of(family))

    assert (own["id"], own["relation"], own["lines_shown"]) == (str(await family.id_of(SPOUSE)), "spouse", True)
    assert status == 200
    assert contract == members | {"statement_identifier": None}
    assert members["statement_identifier"] == f"{family.number:010}"


async def test_who_is_not_16_or_has_refused_sees_nothing(household: Household):
    await household.file_says(SPOUSE, YOUNG)
    await household.staff(f"beneficiaries/{await household.id_of(SPOUSE)}/autonomy-refusal", REFUSAL)
    found = [
        await household.contracts.get(path, await headers_of(household, person))
        for person in (SPOUSE, YOUNG)
        for path in ("/v1/me/beneficiaries", "/v1/me/contract")
    ]

    assert [(status, answer["code"]) for status, answer in found] == [(404, "not-found")] * 4


async def test_the_list_is_read_page_by_page(family: Household):
    headers = await headers_of(family)
    seen, cursor = [], ""
    for _ in range(3):
        _, page = await family.contracts.get(f"/v1/me/beneficiaries?limit=2{cursor}", headers)
        seen += [one["first_name"] for one in page["items"]]
        cursor = f"&cursor={page['next']}"
        if page["next"] is None:
            break
    _, strange = await family.contracts.get(f"/v1/me/beneficiaries?{cursor}", await headers_of(family, SPOUSE))

    assert seen == ["Maëlys-Canarine", "Yves", "Éloi", "Anna"]
    assert strange["code"] == "invalid-request"


async def test_an_ex_member_reads_everything_and_changes_nothing(household: Household):
    contract = enrolment_line()["contract"] | {"end_date": "2026-06-30"}
    await household.file_says(SPOUSE, SMALL, contract=contract)
    members = await headers_of(household, scope="member.read")
    spouses = await headers_of(household, SPOUSE, scope="member.read")
    read = [await household.contracts.get(path, members) for path in ("/v1/me/contract", "/v1/me/beneficiaries")]
    refused = await household.call("PUT", "/v1/me/autonomy", {"refused": True}, spouses)

    assert [status for status, _ in read] == [200, 200]
    assert (read[0][1]["status"], {one["until"] for one in read[1][1]["items"]}) == ("ended", {"2026-06-30"})
    assert (refused[0], refused[1]["code"]) == (403, "forbidden")


async def test_who_has_left_is_listed_until_the_day_before_and_goes_on_seeing_the_own_cover(family: Household):
    await family.file_says(GROWN)
    listed = await family.people(await headers_of(family))
    status, contract = await family.contracts.get("/v1/me/contract", await headers_of(family, SPOUSE))
    (own,) = await family.people(await headers_of(family, SPOUSE))

    assert [(one["first_name"], one["until"], one["lines_shown"]) for one in listed] == [
        ("Maëlys-Canarine", None, True),
        ("Éloi", None, False),
        ("Yves", "2026-11-20", False),
        ("Anna", "2026-11-20", True),
    ]
    assert (status, contract["end_date"], contract["status"], own["until"]) == (
        200,
        "2026-11-20",
        "ended",
        "2026-11-20",
    )


async def test_a_refusal_shows_the_lines_to_the_member_and_its_withdrawal_hides_them_at_once(family: Household):
    headers = await headers_of(family)
    person_id = await family.id_of(SPOUSE)
    path = f"beneficiaries/{person_id}/autonomy-refusal"
    shown = []
    for call, body in ((path, REFUSAL), (f"{path}/withdrawal", REASON)):
        assert (await family.staff(call, body))[0] == 204
        one = (await family.people(headers))[1]
        shown.append((one["autonomous"], one["autonomous_from"], one["lines_shown"]))

    assert shown == [(False, None, True), (True, "1983-03-02", False)]
    assert await deeds(family) == [
        ("autonomy_refusal_recorded", person_id, True),
        ("autonomy_refusal_withdrawn", person_id, True),
    ]


async def test_a_refusal_is_kept_with_its_day_its_proof_and_its_history_which_nobody_changes(family: Household):
    person_id, seals = await family.id_of(SPOUSE), family.contracts.service.seals
    path = f"beneficiaries/{person_id}/autonomy-refusal"
    await family.staff(path, REFUSAL | {"refused_on": "2026-10-01", "proof": "GED 4000"})
    await family.staff(path, REFUSAL)
    (kept,) = await family.contracts.fetch("SELECT * FROM beneficiaries WHERE id = $1", person_id)
    await family.staff(f"{path}/withdrawal", REASON)
    history = await family.contracts.fetch(
        "SELECT * FROM autonomy_changes WHERE beneficiary_id = $1 ORDER BY at, refused DESC", person_id
    )
    proofs = [
        seals.autonomy_proof.open(row["proof_sealed"], context=str(row["id"])) for row in history if row["refused"]
    ]

    assert str(kept["autonomy_refused_on"]) == "2026-11-18"
    assert (
        seals.refusal_proof.open(kept["autonomy_refusal_proof_sealed"], context=str(person_id)).decode()
        == REFUSAL["proof"]
    )
    assert sorted(proofs) == [b"GED 4000", REFUSAL["proof"].encode()]
    assert [(row["refused"], row["recorded_by"]) for row in history] == [
        (True, "staff"),
        (True, "staff"),
        (False, "staff"),
    ]
    for statement in ("DELETE FROM autonomy_changes", "UPDATE autonomy_changes SET recorded_by = 'person'"):
        with pytest.raises(asyncpg.RaiseError):
            await family.contracts.execute(statement)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"refused_on": "2026-11-22"}, "refused_on", "date-in-future"),
        ({"refused_on": "2024-01-12"}, "refused_on", "before-16"),
        ({"proof": " x "}, "proof", "too-short"),
        ({"reason": "?"}, "reason", "too-short"),
    ],
)
async def test_a_refusal_without_a_possible_day_and_a_proof_is_refused(
    family: Household, body: dict[str, str], field: str, code: str
):
    path = f"beneficiaries/{await family.id_of(GROWN)}/autonomy-refusal"
    status, answer = await family.staff(path, REFUSAL | body)

    assert (status, [(one["field"], one["code"]) for one in answer["fields"]]) == (422, [(field, code)])


async def test_only_a_refusal_that_stands_can_be_taken_back_and_only_by_the_back_office(family: Household):
    path = f"beneficiaries/{await family.id_of(GROWN)}/autonomy-refusal"
    nothing = await family.staff(f"{path}/withdrawal", REASON)
    adviser = await family.staff(path, REFUSAL, role="adviser")

    assert (nothing[0], nothing[1]["code"]) == (409, "no-autonomy-refusal")
    assert adviser[0] == 403


async def test_a_person_refuses_for_nobody_but_the_own_self_with_a_recent_sign_in(family: Household):
    members, spouses = await headers_of(family), await headers_of(family, SPOUSE)
    stale = await headers_of(family, SPOUSE, signed_in_minutes_ago=11)
    child = await headers_of(family, SMALL)
    answers = [
        await family.call("PUT", "/v1/me/autonomy", {"refused": True}, headers)
        for headers in (members, child, stale, spouses, spouses)
    ]
    history = await family.contracts.fetch(
        "SELECT recorded_by, refused_on FROM autonomy_changes WHERE beneficiary_id = $1", await family.id_of(SPOUSE)
    )

    assert [(status, answer.get("code")) for status, answer in answers] == [
        (404, "not-found"),
        (404, "not-found"),
        (403, "recent-sign-in-required"),
        (200, None),
        (200, None),
    ]
    assert answers[-1][1] == {"autonomous": False}
    assert [(row["recorded_by"], str(row["refused_on"])) for row in history] == [("person", "2026-11-21")]
    assert [one["lines_shown"] for one in await family.people(members)] == [True, True, False, True]


async def test_a_person_takes_the_own_refusal_back_while_the_token_is_good(family: Household):
    spouses = await headers_of(family, SPOUSE)
    await family.call("PUT", "/v1/me/autonomy", {"refused": True}, spouses)
    status, answer = await family.call("PUT", "/v1/me/autonomy", {"refused": False}, spouses)

    assert (status, answer) == (200, {"autonomous": True})
    assert len(await family.people(spouses)) == 1


async def test_staff_find_the_people_of_a_contract_by_its_number_and_each_look_is_a_deed(family: Household):
    number = f" {str(family.number).zfill(8)[:4]} {str(family.number).zfill(8)[4:]}"
    found = [
        await family.staff("members/search", {"membership_number": number}, role=role)
        for role in ("adviser", "back-office", "print-operator")
    ]
    nobody = await family.staff("members/search", {"membership_number": "99999999", **REASON})
    (in_vain,) = await family.contracts.fetch(
        "SELECT count(*) FROM staff_deeds WHERE kind = 'member_searched' AND member_id IS NULL"
    )

    assert [status for status, _ in found] == [200, 200, 403]
    (member,) = found[0][1]["items"]
    assert (member["member_id"], member["status"]) == (str(await family.member_id()), "in_force")
    assert [(one["first_name"], one["id"]) for one in member["people"][1:]] == [
        (person["first_name"], str(await family.id_of(person))) for person in (SPOUSE, GROWN, SMALL)
    ]
    assert not {one["lines_shown"] for one in member["people"]} - {False}
    assert (nobody[1]["items"], in_vain["count"]) == ([], 1)
    assert [kind for kind, *_ in await deeds(family)] == ["member_searched"] * 2


@pytest.mark.parametrize(
    ("email", "status", "code"),
    [
        ("yves@exemple.example", 204, None),
        (None, 204, None),
        ("no address", 422, "invalid-email"),
        ("the member's", 422, "address-of-another"),
        ("ELOI@Exemple.example", 422, "address-of-another"),
    ],
)
async def test_an_address_is_recorded_unless_somebody_else_of_the_household_reads_it(
    family: Household, email: str | None, status: int, code: str | None
):
    if email == "the member's":
        email = enrolment_line(family.number)["email"].upper()
    brother = {"email": "eloi@exemple.example", **REASON}
    await family.staff(f"beneficiaries/{await family.id_of(GROWN)}/email", brother, method="PUT")
    path = f"beneficiaries/{await family.id_of(SPOUSE)}/email"
    answer = await family.staff(path, {"email": email, **REASON}, method="PUT")

    assert (answer[0], [one["code"] for one in answer[1].get("fields", [])]) == (status, [code] if code else [])


async def test_no_address_is_recorded_for_who_has_no_account(family: Household):
    answer = await family.staff(
        f"beneficiaries/{await family.id_of(SMALL)}/email", {"email": "anna@exemple.example", **REASON}, method="PUT"
    )

    assert (answer[0], answer[1]["code"]) == (409, "not-autonomous")


async def test_nothing_that_is_shown_holds_a_social_security_number(family: Household):
    headers = await headers_of(family)
    seen = [
        await family.contracts.get("/v1/me/beneficiaries", headers),
        await family.contracts.get("/v1/me/contract", headers),
        await family.staff("members/search", {"membership_number": f"{family.number:08}"}),
    ]
    numbers = [enrolment_line(family.number)["nir"], *(one["nir"] for one in (SPOUSE, GROWN, SMALL))]

    assert [number for number in numbers if number in str(seen)] == []

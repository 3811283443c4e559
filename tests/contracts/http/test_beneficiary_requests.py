"""A member asks for somebody to be covered, or no longer: what is asked for, and what is refused."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.beneficiary_steps import NEWBORN, NOW, PATH, SPOUSE, Asking
from tests.support.document_files import good_pdf
from tests.support.household import GROWN, SMALL, Household
from tests.support.household import SPOUSE as WIFE

REMOVAL = {"change": "removal", "effective_date": "2026-12-31"}


async def test_a_newborn_is_asked_for_and_the_answer_says_what_is_needed(household: Household):
    asking = await Asking.of(household, GROWN)
    status, answer = await asking.ask(NEWBORN)

    assert status == 201
    assert answer == {
        "id": answer["id"],
        "version": 1,
        "change": "addition",
        "state": "awaiting_documents",
        "state_label": "En attente de vos justificatifs",
        "effect": None,
        "person": {
            "relation": "child",
            "first_name": "Canarine",
            "last_name": "Canariensis-d’Arc",
            "birth_date": "2026-11-10",
            "birth_rank": 1,
        },
        "beneficiary_id": None,
        "cause": None,
        "requested_date": "2026-11-10",
        "effective_date": None,
        "reason": None,
        "created_at": "2026-11-21T09:00:00Z",
        "submitted_at": None,
        "decided_at": None,
        "closed_at": None,
        "documents": [
            missing("birth_certificate", "Acte de naissance ou livret de famille", required=True),
            missing("rights_certificate", "Attestation de droits à l’assurance maladie", required=False),
            missing("guardianship_judgment", "Jugement d’adoption ou de tutelle", required=False),
            missing("disability_notice", "Notification de la MDPH", required=False),
        ],
    }
    assert await asking.shown(answer["id"]) == answer
    assert await asking.news() == []


def missing(kind: str, label: str, *, required: bool) -> dict[str, Any]:
    nothing = dict.fromkeys(("media_type", "size", "received_at", "verdict"))
    return {"kind": kind, "label": label, "required": required, "state": "missing", **nothing}


async def test_a_grown_child_has_to_prove_the_studies(household: Household):
    asking = await Asking.of(household)
    body = NEWBORN | {"birth_date": "2005-06-01", "effective_date": "2026-12-01"}
    _, answer = await asking.ask(body)

    assert [one["kind"] for one in answer["documents"] if one["required"]] == ["birth_certificate", "study_certificate"]
    assert answer["requested_date"] == "2026-12-01"


async def test_a_removal_without_documents_is_submitted_at_once(household: Household):
    asking = await Asking.of(household, WIFE, SMALL)
    wife_id = await household.id_of(WIFE)
    status, answer = await asking.ask(REMOVAL | {"beneficiary_id": str(wife_id), "cause": "separation"})
    told = await asking.news()

    assert (status, answer["state"], answer["documents"]) == (201, "submitted", [])
    assert (answer["person"]["first_name"], answer["beneficiary_id"]) == ("Yves", str(wife_id))
    assert [(kind, data["change"], data["last_name"]) for kind, data in told] == [
        ("beneficiary.requested.v1", "removal", "Le Goff")
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"birth_date": "2026-11-22"}, [("birth_date", "date-in-future")]),
        ({"birth_date": "1998-11-21", "effective_date": "2026-11-21"}, [("birth_date", "over-age")]),
        ({"birth_date": "1998-11-22", "effective_date": "2026-11-22"}, [("birth_date", "over-age")]),
        ({"effective_date": "2026-11-09"}, [("effective_date", "date-too-early")]),
        ({"birth_date": "2020-01-01", "effective_date": "2026-11-20"}, [("effective_date", "date-too-early")]),
        ({"effective_date": "2027-11-23"}, [("effective_date", "date-too-late")]),
        ({"last_name": "☎"}, [("last_name", "no-letter")]),
        ({"nir": "269059912611193"}, [("nir", "invalid-nir-key")]),
        ({"first_name": "Cana\u202erine"}, [("first_name", "forbidden-characters")]),
        ({"relation": "cousin"}, [("relation", "unknown-value")]),
        ({"birth_rank": 0}, [("birth_rank", "too-small")]),
        ({"beneficiary_id": str(uuid4())}, [("beneficiary_id", "unknown-field")]),
        ({"relation": None, "birth_date": None}, [("birth_date", "text-required"), ("relation", "unknown-value")]),
        ({"change": "removal"}, [("beneficiary_id", "required"), ("effective_date", "required")]),
        ({"employer": "x"}, [("employer", "unknown-field")]),
    ],
)
async def test_what_cannot_be_asked_for_is_told_by_field(household: Household, changes: Any, expected: Any):
    asking = await Asking.of(household)
    status, answer = await asking.ask(NEWBORN | changes)
    found = [(one["field"], one["code"]) for one in answer["fields"]]

    assert status == 422
    assert [one for one in found if one in expected] == sorted(expected, key=found.index)
    assert all(one["detail"].endswith(".") for one in answer["fields"])


@pytest.mark.parametrize(
    ("cause", "day", "expected"),
    [
        ("other", "2026-11-20", "date-too-early"),
        ("other", "2026-11-21", None),
        ("death", "2026-03-01", None),
        ("death", "2024-11-20", "date-too-early"),
        ("other", "2027-11-30", "date-too-late"),
    ],
)
async def test_cover_ends_on_a_day_to_come_or_after_a_death_on_that_of_the_death(
    household: Household, cause: str, day: str, expected: str | None
):
    asking = await Asking.of(household, WIFE)
    body = {"change": "removal", "beneficiary_id": str(await household.id_of(WIFE)), "cause": cause}
    _, answer = await asking.ask(body | {"effective_date": day})

    assert [one["code"] for one in answer.get("fields", [])] == ([expected] if expected else [])


async def test_somebody_who_is_covered_or_asked_for_already_is_refused(household: Household):
    asking = await Asking.of(household, GROWN, WIFE)
    codes = [
        (await asking.ask(body))[1].get("code")
        for body in (
            NEWBORN,
            NEWBORN | {"first_name": "CANARINE", "last_name": "Autre"},  # folded: the same person
            NEWBORN | {"birth_rank": 2, "first_name": "Jumelle"},
            NEWBORN | {"first_name": "ELOI", "birth_date": GROWN["birth_date"], "effective_date": "2026-12-01"},
            SPOUSE | {"first_name": "Maëlys-Canarine", "birth_date": "1969-05-17"},  # herself
            REMOVAL | {"beneficiary_id": str(await household.id_of(WIFE))},
            REMOVAL | {"beneficiary_id": str(await household.id_of(WIFE))},
            REMOVAL | {"beneficiary_id": str(uuid4())},
        )
    ]

    assert codes == [
        None,
        "beneficiary-request-already-open",
        None,
        "beneficiary-already-covered",
        "beneficiary-already-covered",
        None,
        "beneficiary-request-already-open",
        "invalid-request",
    ]


async def test_the_same_number_is_no_reason_to_refuse(household: Household):
    asking = await Asking.of(household, SMALL)
    status, _ = await asking.ask(NEWBORN | {"nir": SMALL["nir"]})

    assert status == 201


async def test_nobody_is_removed_from_another_contract(household: Household, shared_contracts: Any):
    other = Household(shared_contracts, number=household.number + 100_000)
    await other.file_says(WIFE)
    asking = await Asking.of(household)
    status, answer = await asking.ask(REMOVAL | {"beneficiary_id": str(await other.id_of(WIFE))})

    assert (status, answer["fields"][0]["code"]) == (422, "beneficiary-not-covered")


async def test_a_member_has_so_many_open_requests_and_may_take_one_back(household: Household):
    asking = await Asking.of(household)
    opened = [await asking.asked(NEWBORN | {"first_name": name}) for name in ("A", "B", "C", "D", "E")]
    status, answer = await asking.ask(NEWBORN)
    first, second = await asking.cancel(opened[0]), await asking.cancel(opened[0])
    again, _ = await asking.ask(NEWBORN)

    assert (status, answer["code"]) == (409, "too-many-open-beneficiary-requests")
    assert (first[0], first[1]["state"], first[1]["state_label"]) == (200, "cancelled", "Annulée par vous")
    assert second == first
    assert again == 201


async def test_requests_are_limited_within_a_day(household: Household):
    asking = await Asking.of(household)
    for number in range(10):
        await asking.cancel(await asking.asked(NEWBORN | {"birth_rank": 1 + number % 9}))
    status, answer = await asking.ask(NEWBORN)
    household.it_is(NOW + timedelta(days=1))
    later, _ = await asking.ask(NEWBORN)

    assert (status, answer["code"], later) == (429, "too-many-requests", 201)


@pytest.mark.parametrize(
    ("contract", "expected"),
    [({"end_date": "2026-11-20"}, "cover-not-in-force"), ({"effective_date": "2026-12-01"}, "cover-not-in-force")],
)
async def test_a_contract_that_is_not_in_force_changes_no_more(household: Household, contract: Any, expected: str):
    whole = (await Asking.of(household)).line()["contract"] | contract
    asking = await Asking.of(household, contract=whole)

    assert (await asking.ask(NEWBORN))[1]["code"] == expected


async def test_where_the_employer_manages_beneficiaries_the_member_is_sent_there(household: Household):
    group = (await Asking.of(household)).line()["contract"] | {"kind": "group_mandatory"}
    asking = await Asking.of(household, contract=group)
    service = household.contracts.service
    policy = service.brands["mgas"]
    rules = policy.beneficiaries.model_copy(update={"employer_manages": True})
    service.brands["mgas"] = policy.model_copy(update={"beneficiaries": rules})
    status, answer = await asking.ask(NEWBORN)
    service.brands["mgas"] = policy
    managed_here, _ = await asking.ask(NEWBORN)

    assert (status, answer["code"], managed_here) == (409, "employer-manages-beneficiaries", 201)
    assert "employeur" in answer["detail"]


async def test_a_repeated_call_opens_one_request(household: Household):
    asking = await Asking.of(household)
    key = asking.headers() | {"Idempotency-Key": "once"}  # of one account
    first, second = await asking.ask(NEWBORN, key), await asking.ask(NEWBORN, key)
    other = await asking.ask(SPOUSE, key)

    assert first == second
    assert (first[0], other[0], other[1]["code"]) == (201, 422, "idempotency-key-reused")
    assert len((await household.contracts.get(PATH, asking.headers()))[1]["items"]) == 1


async def test_requests_are_listed_newest_first_page_by_page(household: Household):
    asking = await Asking.of(household)
    made = []
    for minute, name in enumerate(("A", "B", "C")):
        household.it_is(NOW + timedelta(minutes=minute))
        made.append(await asking.asked(NEWBORN | {"first_name": name}))
    get = household.contracts.get
    _, first = await get(f"{PATH}?limit=2", asking.headers())
    _, last = await get(f"{PATH}?limit=2&cursor={first['next']}", asking.headers())
    staff = await get(f"/v1/mgas/staff/beneficiary-requests?cursor={first['next']}", household.contracts.staff())

    assert [one["id"] for one in first["items"] + last["items"]] == made[::-1]
    assert last["next"] is None
    assert (staff[0], staff[1]["fields"][0]["code"]) == (422, "invalid-cursor")


async def test_whoever_is_not_the_member_has_no_requests_here(household: Household):
    asking = await Asking.of(household, WIFE)
    request_id = await asking.asked(NEWBORN)
    wife = household.contracts.member(await household.id_of(WIFE))
    stranger = household.contracts.member(uuid4())
    elsewhere = asking.headers(brand="demo")
    former = asking.headers(scope="member.read")
    answers = {}
    for name, headers in {"wife": wife, "stranger": stranger, "elsewhere": elsewhere, "former": former}.items():
        answers[name] = [
            (await household.call("POST", PATH, SPOUSE, headers))[0],
            (await household.call("GET", PATH, None, headers))[0],
            (await household.call("GET", f"{PATH}/{request_id}", None, headers))[0],
            (await household.call("POST", f"{PATH}/{request_id}/cancellation", None, headers))[0],
            (await asking.send(request_id, good_pdf(), headers=headers))[0],
        ]
    staff = await household.call("GET", f"{PATH}/{request_id}", None, household.contracts.staff())

    assert answers == {
        "wife": [404] * 5,
        "stranger": [404] * 5,
        "elsewhere": [404] * 5,
        "former": [403, 200, 200, 403, 403],
    }
    assert staff[0] == 401


async def test_another_members_request_is_not_found(household: Household, shared_contracts: Any):
    other = await Asking.of(Household(shared_contracts, number=household.number + 200_000))
    request_id = await other.asked(NEWBORN)
    asking = await Asking.of(household)
    codes = [
        (await household.call("GET", f"{PATH}/{request_id}", None, asking.headers()))[1]["code"],
        (await asking.cancel(request_id))[1]["code"],
        (await asking.send(request_id, good_pdf()))[1]["code"],
        (await asking.cancel("not-an-id"))[1]["code"],
    ]

    assert codes == ["not-found"] * 4
    assert (await other.shown(request_id))["state"] == "awaiting_documents"

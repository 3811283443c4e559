"""Nobody of the staff sees or changes somebody whose data are restricted (GDPR art. 18): every call of theirs, one by one."""

from typing import Any
from uuid import UUID

import pytest
from contracts_service.http.endpoints import ENDPOINTS
from service_kit.http.endpoints import Staff

from tests.support.beneficiary_steps import NEWBORN, NOW, REFUSAL, WHY, Asking
from tests.support.household import GROWN, SPOUSE, Household
from tests.support.termination_steps import Somebody

STAFF_CALLS = {one.operation for one in ENDPOINTS if isinstance(one.access, Staff)}
EXEMPT = {
    "record_termination": "what was received has its effect by law, whatever the person has asked (L221-10, L221-10-2)",
    "identify_termination": "what was received has its effect by law; the outcome alone is shown",
    "list_brand_terminations": "shows codes, days and ids: nothing that a request says is opened",
    "record_renewal_notices": "the notice of a renewal is the law's (L221-10-1); nothing of anybody is shown",
    "list_requests_of_brand": "leaves restricted people out: the test below",
    "restrict_for_person": "is how the restriction is lifted",
    "take_import": "files keep the contract true and are not shown to anybody",
    "list_imports": "shows counts",
    "show_import": "shows counts",
    "download_import_report": "names lines and fields of a file that the back office has sent, never a value",
    "put_member": "is an import of one line; it answers an id and an outcome",
}
Calls = dict[str, tuple[str, str, dict[str, Any] | None]]
REASON = {"reason": "Demande de la personne par courrier"}


async def restricted(household: Household, person_id: UUID, *, wanted: bool = True) -> None:
    status, _ = await household.staff(f"people/{person_id}/data-restriction", {"restricted": wanted, **REASON})
    assert status == 200


@pytest.fixture
async def calls(household: Household) -> Calls:
    """Operation → method, path below /v1/mgas/staff/, body: each about somebody whose data are restricted."""
    household.it_is(NOW)
    asking = await Asking.of(household, GROWN, SPOUSE)
    request = await asking.submitted(NEWBORN)
    member = Somebody(household.contracts, asking.member_id, f"{household.number:08}", {})
    ended = await member.ended(motive="infra_annual")
    grown, member_id = await household.id_of(GROWN), asking.member_id
    for person_id in (member_id, grown):
        await restricted(household, person_id)
    requests, person = f"beneficiary-requests/{request}", f"beneficiaries/{grown}"
    email = {"email": "eloi.canari@example.org", **REASON}
    return {
        "cancel_bank_details_of": ("POST", f"members/{member_id}/bank-details/cancellation", REASON),
        "view_nir_of_member": ("POST", f"members/{member_id}/nir-view", REASON),
        "view_nir_of_beneficiary": ("POST", f"{person}/nir-view", REASON),
        "search_members": ("POST", "members/search", {"membership_number": f"{household.number:08}", **REASON}),
        "record_autonomy_refusal": (
            "POST",
            f"{person}/autonomy-refusal",
            {"refused_on": "2026-11-01", "proof": "GED 4711", **REASON},
        ),
        "withdraw_autonomy_refusal": ("POST", f"{person}/autonomy-refusal/withdrawal", REASON),
        "record_beneficiary_email": ("PUT", f"{person}/email", email),
        "show_request_of_brand": ("GET", requests, None),
        "show_supporting_document": ("GET", f"{requests}/supporting-documents/birth_certificate", None),
        "accept_beneficiary_request": (
            "POST",
            f"{requests}/acceptance",
            {"effective_date": "2026-11-10", "reason": WHY},
        ),
        "refuse_beneficiary_request": ("POST", f"{requests}/refusal", {"reason": REFUSAL}),
        "view_termination": ("GET", f"terminations/{ended['id']}", None),
        "cancel_termination": ("POST", f"terminations/{ended['id']}/cancellation", REASON),
    }


async def test_every_call_of_the_staff_refuses_who_is_restricted_or_says_why_it_does_not(
    household: Household, calls: Calls
) -> None:
    answers = {}
    for operation, (method, path, body) in calls.items():
        role = "adviser" if operation == "cancel_bank_details_of" else "back-office"
        url, headers = f"/v1/mgas/staff/{path}", household.contracts.staff(role=role)
        status, answer = await household.call(method, url, body, headers)
        answers[operation] = (status, answer.get("code"))

    assert STAFF_CALLS - EXEMPT.keys() == calls.keys()
    assert EXEMPT.keys() <= STAFF_CALLS
    assert dict.fromkeys(calls, (409, "data-restricted")) == answers


async def test_a_request_of_somebody_who_is_restricted_is_not_in_the_queue_and_comes_back(household: Household) -> None:
    household.it_is(NOW)
    asking = await Asking.of(household, SPOUSE)
    request = await asking.submitted(NEWBORN)

    async def queued() -> bool:
        url, headers = "/v1/mgas/staff/beneficiary-requests?limit=100", household.contracts.staff()
        _, page = await household.call("GET", url, None, headers)
        return request in [one["id"] for one in page["items"]]

    before = await queued()
    await restricted(household, asking.member_id)
    during = await queued()
    await restricted(household, asking.member_id, wanted=False)

    assert (before, during, await queued()) == (True, False, True)


async def test_a_beneficiary_who_is_restricted_is_left_out_of_what_a_search_finds(household: Household) -> None:
    await household.file_says(GROWN, SPOUSE)
    await restricted(household, await household.id_of(GROWN))
    body = {"membership_number": f"{household.number:08}", **REASON}
    status, found = await household.staff("members/search", body)

    assert status == 200
    assert sorted(one["first_name"] for one in found["items"][0]["people"]) == ["Maëlys-Canarine", "Yves"]

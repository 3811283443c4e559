"""The back office looks at requests and their documents, and decides: once, for a reason, and it is remembered."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pikepdf
import pytest

from tests.support import document_files as files
from tests.support.beneficiary_steps import NEWBORN, NOW, REFUSAL, SPOUSE, Asking
from tests.support.contracts_fixtures import OpenContracts
from tests.support.household import SPOUSE as WIFE
from tests.support.household import Household

QUEUE = "/v1/mgas/staff/beneficiary-requests"


async def deeds(asking: Asking) -> list[tuple[str, Any, bool]]:
    rows = await asking.household.contracts.fetch(
        "SELECT kind, object_id, reason_sealed IS NOT NULL FROM staff_deeds WHERE member_id = $1 ORDER BY at, kind DESC",
        asking.member_id,
    )
    return [tuple(row) for row in rows]


async def test_requests_are_listed_oldest_first_with_their_documents(contracts: OpenContracts):
    household = Household(contracts)
    asking, made = await Asking.of(household), []
    for minute, name in enumerate(("A", "B", "C")):
        household.it_is(NOW + timedelta(minutes=minute))
        made.append(await asking.submitted(NEWBORN | {"first_name": name}))
    waiting = await asking.asked(NEWBORN | {"first_name": "D"})
    staff = contracts.staff()
    _, first = await contracts.get(f"{QUEUE}?limit=2", staff)
    _, last = await contracts.get(f"{QUEUE}?limit=2&cursor={first['next']}", staff)
    _, others = await contracts.get(f"{QUEUE}?state=awaiting_documents", staff)
    _, elsewhere = await contracts.get(QUEUE.replace("mgas", "demo"), contracts.staff("demo"))
    wrong = [
        (await contracts.get(f"{QUEUE}?state=accepted&cursor={first['next']}", staff))[0],
        (await contracts.get(f"{QUEUE}?state=lost", staff))[0],
    ]

    assert [one["id"] for one in first["items"] + last["items"]] == made
    assert [one["id"] for one in others["items"]] == [waiting]
    assert (first["items"][0]["member_id"], first["items"][0]["documents"][0]["state"]) == (
        str(asking.member_id),
        "received",
    )
    assert (last["next"], elsewhere["items"], wrong) == (None, [], [422, 422])


async def test_a_document_is_handed_out_to_be_saved_and_every_look_is_recorded(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.submitted()
    status, content, headers = await asking.document(request_id)
    (row,) = await household.contracts.fetch(
        "SELECT id FROM supporting_documents WHERE request_id = $1", UUID(request_id)
    )

    assert (status, headers["Content-Type"]) == (200, "application/pdf")
    assert headers["Content-Disposition"] == 'attachment; filename="birth_certificate.pdf"'
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert content.startswith(b"%PDF-")
    assert await deeds(asking) == [("supporting_document_viewed", row["id"], False)]


async def test_whoever_is_not_of_the_back_office_of_the_brand_sees_no_document(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.submitted()
    contracts = household.contracts
    found = [
        (await asking.document(request_id, role="adviser"))[0],
        (await asking.document(request_id, role="print-operator"))[0],
        (await asking.document(request_id, brand="demo"))[0],
        (await asking.document(request_id, "rights_certificate"))[0],
        (await asking.document(request_id, "..%2f..%2fpasswd"))[0],
        (await asking.document(str(uuid4())))[0],
        (await contracts.get(f"/v1/demo/staff/beneficiary-requests/{request_id}", contracts.staff("demo")))[0],
        (await contracts.get(f"{QUEUE}/{request_id}", asking.headers()))[0],
    ]

    assert found == [403, 403, 403, 404, 404, 404, 404, 401]
    assert await deeds(asking) == []


async def test_who_is_accepted_is_covered_and_the_documents_are_gone(household: Household):
    asking = await Asking.of(household, WIFE)
    request_id = await asking.submitted(NEWBORN | {"nir": "226112B033051"})
    status, answer = await asking.accept(request_id)
    again = await asking.accept(request_id)
    other, refused = await asking.accept(request_id, "2026-11-11"), await asking.refuse(request_id)
    told = await asking.news()
    (row,) = await household.contracts.fetch(
        "SELECT nir_sealed, nir_digest IS NOT NULL AS digest FROM beneficiaries WHERE id = $1",
        UUID(answer["beneficiary_id"]),
    )
    number = household.contracts.service.seals.beneficiary_nir.open(row["nir_sealed"], context=answer["beneficiary_id"])

    assert (status, answer["state"], answer["effect"], answer["state_label"]) == (
        200,
        "accepted",
        "applied",
        "Acceptée",
    )
    assert again == (200, answer)
    assert [(code, one["code"]) for code, one in (other, refused)] == [(409, "beneficiary-request-over")] * 2
    assert await asking.covered() == ["Yves", "Canarine"]
    assert (number, row["digest"]) == (b"226112B033051", True)
    assert await asking.kept(request_id) == [("birth_certificate", False, "accepted")]
    assert (await asking.document(request_id))[0] == 404
    assert [kind for kind, _ in told] == [
        "beneficiary.requested.v1",
        "beneficiary.accepted.v1",
        "member.changed.v1",
        "beneficiary.added.v1",
    ]
    assert told[1][1]["effective_date"] == "2026-11-10"
    assert told[2][1]["beneficiaries"][-1]["first_name"] == "Canarine"
    assert told[3][1] == {
        "version": 2,
        "member_id": str(asking.member_id),
        "brand": "mgas",
        "beneficiary_id": answer["beneficiary_id"],
        "member_version": 2,
    }
    assert await deeds(asking) == [("beneficiary_request_accepted", UUID(request_id), True)]
    (request,) = await household.contracts.fetch(
        "SELECT nir_sealed FROM beneficiary_requests WHERE id = $1", UUID(request_id)
    )
    assert request["nir_sealed"] is None


async def test_a_refusal_is_told_in_the_words_that_were_typed(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.submitted()
    status, answer = await asking.refuse(request_id)
    again, other = await asking.refuse(request_id), await asking.refuse(request_id, "Autre chose.")
    told = await asking.news()

    assert (status, answer["state"], answer["reason"]) == (200, "refused", REFUSAL)
    assert again == (200, answer)
    assert (other[0], other[1]["code"]) == (409, "beneficiary-request-over")
    assert (await asking.shown(request_id))["reason"] == REFUSAL
    assert [(kind, data.get("reason")) for kind, data in told] == [
        ("beneficiary.requested.v1", None),
        ("beneficiary.refused.v1", REFUSAL),
    ]
    assert await asking.covered() == []
    assert await asking.kept(request_id) == [("birth_certificate", False, "refused")]
    assert await deeds(asking) == [("beneficiary_request_refused", UUID(request_id), True)]


@pytest.mark.parametrize("reason", ["", "  a ", "x" * 601])
async def test_a_refusal_says_something_that_a_letter_can_hold(household: Household, reason: str):
    asking = await Asking.of(household)
    request_id = await asking.submitted()
    status, answer = await asking.refuse(request_id, reason)

    assert (status, answer["fields"][0]["field"]) == (422, "reason")
    assert (await asking.refuse(request_id, "é" * 600))[0] == 200


@pytest.mark.parametrize(
    ("day", "code"),
    [("2019-06-07", "date-too-early"), ("2026-11-09", "date-too-early"), ("2026-13-01", "invalid-date")],
)
async def test_nobody_is_covered_before_the_contract_or_the_birth(household: Household, day: str, code: str):
    asking = await Asking.of(household)
    request_id = await asking.submitted()
    status, answer = await asking.accept(request_id, day)

    assert (status, answer["fields"][0]["code"]) == (422, code)
    assert (await asking.shown(request_id))["state"] == "submitted"
    assert await deeds(asking) == []


async def test_a_request_is_decided_once_it_is_whole_and_by_who_has_seen_it_as_it_is(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.asked(NEWBORN)
    early = await asking.accept(request_id)
    _, seen = await asking.send(request_id, files.good_pdf())
    await asking.send(request_id, files.good_pdf("Autre copie"))
    late = await asking.accept(request_id, version=seen["version"])
    now = await asking.accept(request_id, version=seen["version"] + 1)
    unknown = await asking.accept(str(uuid4()))

    assert [(code, one.get("code")) for code, one in (early, late, now, unknown)] == [
        (409, "beneficiary-request-incomplete"),
        (412, "changed-meanwhile"),
        (200, None),
        (404, "not-found"),
    ]


async def test_of_two_who_decide_at_once_one_decides(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.submitted()
    found = await asyncio.gather(asking.accept(request_id), asking.refuse(request_id), asking.accept(request_id))
    state = (await asking.shown(request_id))["state"]
    decisions = [kind for kind, *_ in await deeds(asking)]
    told = [kind for kind, _ in await asking.news() if kind in ("beneficiary.accepted.v1", "beneficiary.refused.v1")]

    assert sorted(status for status, _ in found) in ([200, 200, 409], [200, 409, 409])
    assert decisions == [f"beneficiary_request_{state}"]
    assert told == [f"beneficiary.{state}.v1"]
    assert len(await asking.covered()) == (state == "accepted")


async def test_whoever_takes_back_what_is_being_accepted_wins_or_comes_too_late(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.submitted()
    (accepted, _), (cancelled, _) = await asyncio.gather(asking.accept(request_id), asking.cancel(request_id))
    state = (await asking.shown(request_id))["state"]

    assert (accepted, cancelled, state) in [(200, 409, "accepted"), (409, 200, "cancelled")]
    assert await asking.covered() == (["Canarine"] if state == "accepted" else [])
    assert await asking.kept(request_id) == [("birth_certificate", False, state)]


async def test_who_has_come_by_a_file_meanwhile_is_not_added_twice(household: Household):
    asking = await Asking.of(household)
    request_id = await asking.submitted()
    child = {name: value for name, value in NEWBORN.items() if name != "change"} | {"birth_rank": 1, "nir": None}
    await household.file_says(child)
    status, answer = await asking.accept(request_id)

    assert (status, answer["effect"]) == (200, "applied")
    assert answer["beneficiary_id"] == str(await household.id_of(child))
    assert await asking.covered() == ["Canarine"]
    assert [kind for kind, _ in await asking.news()][-2:] == ["member.changed.v1", "beneficiary.accepted.v1"]


async def test_a_pdf_that_is_handed_out_holds_nothing_that_acts(household: Household, tmp_path: Any):
    asking = await Asking.of(household)
    request_id = await asking.asked(SPOUSE)
    await asking.send(request_id, files.armed_pdf(), "marriage_certificate")
    _, content, _ = await asking.document(request_id, "marriage_certificate")
    file = tmp_path / "handed-out.pdf"
    file.write_bytes(content)
    with pikepdf.open(file) as opened:
        everything = "".join(repr(one) for one in opened.objects)

    assert [word for word in ("JavaScript", "Launch", "URI", "EmbeddedFile", files.CANARY) if word in everything] == []

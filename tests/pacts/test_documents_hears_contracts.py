"""What documents expects of contracts: what a card shows, which card is awaited, and what the notice of a termination says."""

import pytest
from documents_service.consumers import beneficiaries, members, removals, terminations
from documents_service.usecases.cancel_termination_notice import CancelledTermination
from documents_service.usecases.collect_card import EnrolledMember
from documents_service.usecases.collect_termination_notice import RegisteredTermination
from documents_service.usecases.forget_person import RemovedPerson
from documents_service.usecases.hurry_card import AddedBeneficiary
from pact import match

from tests.pacts.member_expectations import ALL_KNOWN, BARE, FULL, LITTLE_KNOWN, member
from tests.pacts.removal_expectations import LEAVER, REMOVED
from tests.support.pacts import (
    STALE,
    Expectation,
    a_day,
    an_id,
    an_instant,
    committed,
    fields_read,
    fields_told,
    heard_by,
    pact_of,
    written,
)
from tests.support.parts import OpenedPart

READ = [name for name in EnrolledMember.model_fields if name != "member_id"]
ANNE, ELOI = "6f1c2a9e-5a53-4c0d-9c6f-0f5b1d7f3a21", "0b1d6c3e-7f58-4d2a-b6c4-9e8a2f5d1c77"
NGUYEN, HAITI = "a3d5f0b7-8e14-4f6b-b2d9-7c1e5a0f9b62", "d7c2e9f4-1a6b-4835-8e0d-3f5b9c7a2e18"
OVER = "2c8f4b1d-9e3a-4076-a5d2-6b7e1c0f8d39"
TWO = match.int(2)
ENDED = "a member whose contract is over is known"
ENROLLED = Expectation("a card to issue", ALL_KNOWN, "member.enrolled.v1", member(FULL, ANNE, *READ))
BARELY = Expectation("a card with little on it", LITTLE_KNOWN, "member.enrolled.v1", member(BARE, NGUYEN, *READ))
CHANGED = Expectation("a card to issue again", ALL_KNOWN, "member.changed.v1", member(FULL, ELOI, *READ, version=TWO))
LESS = Expectation("a card with less on it", LITTLE_KNOWN, "member.changed.v1", member(BARE, HAITI, *READ, version=TWO))
LEFT = Expectation(
    "a card that is over",
    ENDED,
    "member.changed.v1",
    member(FULL, OVER, *READ, version=TWO, end_date=a_day("2026-10-31")),
)
MEMBERS = [ENROLLED, BARELY, CHANGED, LESS, LEFT]
ADDED = Expectation(
    "a card that is awaited",
    "somebody was added to a contract",
    "beneficiary.added.v1",
    {
        "member_id": an_id("7d1e5b3a-0c94-4f28-9b6d-e2a8c4f70b15"),
        "brand": match.str("mgas"),
        "beneficiary_id": an_id("c94be6a1-7d02-4e7f-8c55-18f3a6d0b972"),
        "member_version": match.int(2),
    },
)
NOTICED = Expectation(
    "a notice to draw",
    "a termination of somebody of whom all is known was registered",
    "termination.registered.v1",
    {
        "version": match.int(1),
        "member_id": an_id("3a9d7c52-6e1f-4b80-8d34-f5c2e0b7a961"),
        "brand": match.str("mgas"),
        "termination_id": an_id("b8e41f6d-20c7-4a9b-95d3-7f0a6c1e8b24"),
        "received_at": an_instant("2026-11-21T09:00:00Z"),
        "effective_date": a_day("2026-12-21"),
        "use": match.regex("termination", regex=r"termination|withdrawal"),
        "requalified": match.bool(True),
        "product": match.str("Essentielle"),
        "refund_by": a_day("2027-01-20"),
        "motive": match.str("other"),
        "holder": {name: FULL[name] for name in ("title", "last_name", "first_name", "membership_number", "address")},
    },
)
NAMELESS = Expectation(
    "a termination without a holder",
    "a termination was registered as it was before notices were drawn",
    "termination.registered.v1",
    NOTICED.data
    | {"termination_id": an_id("d2c96f31-8a47-4e05-b7d9-4c5e1a8f0b63"), "use": "termination", "requalified": False}
    | dict.fromkeys(("product", "refund_by", "motive", "holder")),
)
UNDONE = Expectation(
    "a notice to end",
    "a termination was undone",
    "termination.cancelled.v1",
    {
        "version": match.int(2),
        "member_id": an_id("5f8c2b90-e713-4d46-a05c-9b1d7e3f6a82"),
        "brand": match.str("mgas"),
        "termination_id": an_id("1b6e4d39-0a7f-4c25-93e8-f2d5c8a07b61"),
    },
)
TERMINATIONS = [NOTICED, NAMELESS, UNDONE]
EXPECTATIONS = [*MEMBERS, ADDED, *TERMINATIONS, REMOVED]


@pytest.mark.parametrize(
    ("expectation", "expected"),
    [(ENROLLED, "planned"), (BARELY, "planned"), (CHANGED, "planned"), (LESS, "planned"), (LEFT, "not_due")],
    ids=[one.description for one in MEMBERS],
)
async def test_a_card_follows_the_contract(parts: dict[str, OpenedPart], expectation: Expectation, expected: str):
    documents = parts["documents"]
    [event] = await heard_by(pact_of("documents", "contracts", [expectation]), documents.hear)
    issue = await documents.row(
        "SELECT status, member_version, kind FROM issues WHERE member_id = $1", event["data"]["member_id"]
    )

    assert issue == {
        "status": expected,
        "member_version": event["data"]["version"],
        "kind": "third_party_payment_card",
    }


async def test_the_card_of_who_was_added_goes_ahead(parts: dict[str, OpenedPart]):
    documents = parts["documents"]
    [event] = await heard_by(pact_of("documents", "contracts", [ADDED]), documents.hear)
    row = await documents.row(
        "SELECT member_version FROM hurried_cards WHERE member_id = $1", event["data"]["member_id"]
    )

    assert row["member_version"] == event["data"]["member_version"]


@pytest.mark.parametrize(
    ("expectation", "expected"), [(NOTICED, ["planned"]), (NAMELESS, [])], ids=["named", "nameless"]
)
async def test_a_notice_is_planned_of_a_termination_that_names_its_holder(
    parts: dict[str, OpenedPart], expectation: Expectation, expected: list[str]
):
    documents = parts["documents"]
    [event] = await heard_by(pact_of("documents", "contracts", [expectation]), documents.hear)
    async with documents.database.connection() as connection:
        rows = await connection.fetch(
            "SELECT status FROM issues WHERE kind = 'termination_notice' AND subject_id = $1",
            event["data"]["termination_id"],
        )

    assert [row["status"] for row in rows] == expected


async def test_of_a_termination_that_was_undone_no_notice_holds(parts: dict[str, OpenedPart]):
    documents = parts["documents"]
    [event] = await heard_by(pact_of("documents", "contracts", [UNDONE]), documents.hear)
    row = await documents.row(
        "SELECT status, member_version FROM issues WHERE subject_id = $1", event["data"]["termination_id"]
    )

    assert row == {"status": "cancelled", "member_version": event["data"]["version"]}


async def test_whose_data_have_left_has_no_document_any_more(parts: dict[str, OpenedPart]):
    documents = parts["documents"]
    await documents.hear(LEAVER)
    [event] = await heard_by(pact_of("documents", "contracts", [REMOVED]), documents.hear)
    query = "SELECT count(*) AS known FROM issues WHERE member_id = $1"

    assert await documents.row(query, event["data"]["member_id"]) == {"known": 0}


@pytest.mark.unit
def test_the_committed_pact_is_what_documents_expects_now():
    expected = written(pact_of("documents", "contracts", EXPECTATIONS))

    assert expected == committed("documents", "contracts"), STALE
    assert fields_told(expected) == {
        **dict.fromkeys(members.EVENTS, fields_read(EnrolledMember)),
        **dict.fromkeys(beneficiaries.EVENTS, fields_read(AddedBeneficiary)),
        terminations.REGISTERED: fields_read(RegisteredTermination),
        terminations.CANCELLED: fields_read(CancelledTermination),
        **dict.fromkeys(removals.EVENTS, fields_read(RemovedPerson)),
    }

"""What documents expects of contracts: what a card shows."""

import pytest
from documents_service.consumers import members
from documents_service.usecases.collect_card import EnrolledMember
from pact import match

from tests.pacts.member_expectations import ALL_KNOWN, BARE, FULL, LITTLE_KNOWN, member
from tests.support.pacts import (
    STALE,
    Expectation,
    a_day,
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
EXPECTATIONS = [ENROLLED, BARELY, CHANGED, LESS, LEFT]


@pytest.mark.parametrize(
    ("expectation", "expected"),
    [(ENROLLED, "planned"), (BARELY, "planned"), (CHANGED, "planned"), (LESS, "planned"), (LEFT, "not_due")],
    ids=[one.description for one in EXPECTATIONS],
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


@pytest.mark.unit
def test_the_committed_pact_is_what_documents_expects_now():
    expected = written(pact_of("documents", "contracts", EXPECTATIONS))

    assert expected == committed("documents", "contracts"), STALE
    assert fields_told(expected) == dict.fromkeys(members.EVENTS, fields_read(EnrolledMember))

"""What identity expects of contracts: enough of a member to open an account."""

from datetime import date

import pytest
from identity_service.consumers import members
from identity_service.usecases.open_account import EnrolledMember
from pact import match

from tests.pacts.member_expectations import ALL_KNOWN, BARE, FULL, LITTLE_KNOWN, member
from tests.support.pacts import STALE, Expectation, committed, fields_read, fields_told, heard_by, pact_of, written
from tests.support.parts import OpenedPart

READ = [name for name in EnrolledMember.model_fields if name != "member_id"]
ANNE, ELOI = "6f1c2a9e-5a53-4c0d-9c6f-0f5b1d7f3a21", "0b1d6c3e-7f58-4d2a-b6c4-9e8a2f5d1c77"
NGUYEN, HAITI = "a3d5f0b7-8e14-4f6b-b2d9-7c1e5a0f9b62", "d7c2e9f4-1a6b-4835-8e0d-3f5b9c7a2e18"
TWO = match.int(2)
ENROLLED = Expectation("a member enrolled", ALL_KNOWN, "member.enrolled.v1", member(FULL, ANNE, *READ))
BY_POST = Expectation("a member enrolled by post", LITTLE_KNOWN, "member.enrolled.v1", member(BARE, NGUYEN, *READ))
CHANGED = Expectation("a member changed", ALL_KNOWN, "member.changed.v1", member(FULL, ELOI, *READ, version=TWO))
LESS_KNOWN = Expectation("less is known", LITTLE_KNOWN, "member.changed.v1", member(BARE, HAITI, *READ, version=TWO))
EXPECTATIONS = [ENROLLED, BY_POST, CHANGED, LESS_KNOWN]
ACCOUNT = """
    SELECT brand, member_version, effective_from, ended_on, password_hash, email_digest IS NOT NULL AS by_mail,
        statement_digest IS NOT NULL AS by_statement
    FROM accounts WHERE member_id = $1
"""
OF_ALL = {"brand": "mgas", "ended_on": date(2027, 2, 28), "by_mail": True, "by_statement": True}
OF_LITTLE = {"brand": "safiag", "ended_on": None, "by_mail": False, "by_statement": False}


@pytest.mark.parametrize(
    ("expectation", "expected"),
    [
        (ENROLLED, OF_ALL | {"member_version": 1}),
        (BY_POST, OF_LITTLE | {"member_version": 1}),
        (CHANGED, OF_ALL | {"member_version": 2}),
        (LESS_KNOWN, OF_LITTLE | {"member_version": 2}),
    ],
    ids=[one.description for one in EXPECTATIONS],
)
async def test_an_account_follows_the_member(parts: dict[str, OpenedPart], expectation: Expectation, expected):
    identity = parts["identity"]
    [event] = await heard_by(pact_of("identity", "contracts", [expectation]), identity.hear)
    account = await identity.row(ACCOUNT, event["data"]["member_id"])

    assert account == expected | {"effective_from": date(2024, 3, 1), "password_hash": None}


@pytest.mark.unit
def test_the_committed_pact_is_what_identity_expects_now():
    expected = written(pact_of("identity", "contracts", EXPECTATIONS))

    assert expected == committed("identity", "contracts"), STALE
    assert fields_told(expected) == dict.fromkeys(members.EVENTS, fields_read(EnrolledMember))

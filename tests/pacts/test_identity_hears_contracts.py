"""What identity expects of contracts: enough of a person to open an account."""

from datetime import date

import pytest
from identity_service.consumers import beneficiaries, members, removals
from identity_service.usecases.account_holders import AutonomousBeneficiary, EnrolledMember
from identity_service.usecases.forget_person import RemovedPerson
from pact import match

from tests.pacts import beneficiary_expectations as people
from tests.pacts.member_expectations import ALL_KNOWN, BARE, FULL, LITTLE_KNOWN, member
from tests.pacts.removal_expectations import LEAVER, REMOVED
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
READ_OF_PEOPLE = [name for name in AutonomousBeneficiary.model_fields if name != "beneficiary_id"]
YVES, LEA = "5be0c7a9-41d2-4c38-b6f1-90d27e3a8c54", "0d9a4e86-7b12-4c55-9f03-e1c8a6b2d740"
AUTONOMOUS = Expectation(
    "an autonomous person", people.ALL_KNOWN, people.EVENT, people.person(people.PERSON, YVES, *READ_OF_PEOPLE)
)
REFUSED = Expectation(
    "autonomy refused",
    people.REFUSED,
    people.EVENT,
    people.person(people.BARE_PERSON, LEA, *READ_OF_PEOPLE, version=TWO),
)
MEMBERS = [ENROLLED, BY_POST, CHANGED, LESS_KNOWN]
EXPECTATIONS = [*MEMBERS, AUTONOMOUS, REFUSED, REMOVED]
ACCOUNT = """
    SELECT brand, member_version, effective_from, ended_on, password_hash, email_digest IS NOT NULL AS by_mail,
        statement_digest IS NOT NULL AS by_statement, holder, closed_at IS NOT NULL AS closed
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
    ids=[one.description for one in MEMBERS],
)
async def test_an_account_follows_the_member(parts: dict[str, OpenedPart], expectation: Expectation, expected):
    identity = parts["identity"]
    [event] = await heard_by(pact_of("identity", "contracts", [expectation]), identity.hear)
    account = await identity.row(ACCOUNT, event["data"]["member_id"])

    own = {"holder": "member", "closed": False}
    assert account == expected | own | {"effective_from": date(2024, 3, 1), "password_hash": None}


@pytest.mark.parametrize(
    ("expectation", "expected"),
    [
        (AUTONOMOUS, OF_ALL | {"by_statement": False, "member_version": 1, "closed": False}),
        (REFUSED, OF_LITTLE | {"member_version": 2, "closed": True}),
    ],
    ids=["autonomous", "refused"],
)
async def test_an_account_of_the_own_follows_the_person(
    parts: dict[str, OpenedPart], expectation: Expectation, expected
):
    identity = parts["identity"]
    [event] = await heard_by(pact_of("identity", "contracts", [expectation]), identity.hear)
    account = await identity.row(ACCOUNT, event["data"]["beneficiary_id"])

    assert account == expected | {
        "effective_from": date(2024, 3, 1),
        "password_hash": None,
        "holder": "beneficiary",
    }


async def test_whose_data_have_left_has_no_account_any_more(parts: dict[str, OpenedPart]):
    identity = parts["identity"]
    await identity.hear(LEAVER)
    [event] = await heard_by(pact_of("identity", "contracts", [REMOVED]), identity.hear)
    query = "SELECT count(*) AS known FROM accounts WHERE member_id = $1"

    assert await identity.row(query, event["data"]["member_id"]) == {"known": 0}


@pytest.mark.unit
def test_the_committed_pact_is_what_identity_expects_now():
    expected = written(pact_of("identity", "contracts", EXPECTATIONS))

    assert expected == committed("identity", "contracts"), STALE
    assert fields_told(expected) == {
        **dict.fromkeys(members.EVENTS, fields_read(EnrolledMember)),
        **dict.fromkeys(beneficiaries.EVENTS, fields_read(AutonomousBeneficiary)),
        **dict.fromkeys(removals.EVENTS, fields_read(RemovedPerson)),
    }

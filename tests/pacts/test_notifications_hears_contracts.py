"""What notifications expects of contracts: whom to write to and where, and what a member must be told of the contract."""

import pytest
from notifications_service.usecases.keep_recipient import AutonomousBeneficiary, MemberState, open_recipient
from pact import match

from tests.pacts import beneficiary_expectations as people
from tests.pacts.account_expectations import Told
from tests.pacts.member_expectations import ALL_KNOWN, BARE, FULL, LITTLE_KNOWN, member
from tests.pacts.money_expectations import READER, SETTLED
from tests.pacts.news_expectations import NEWS_EXPECTATIONS
from tests.pacts.removal_expectations import LEAVER, REMOVED
from tests.support.agreements import hearings, publications
from tests.support.pacts import STALE, Expectation, committed, fields_read, fields_told, heard_by, pact_of, written
from tests.support.parts import OpenedPart

READ = [name for name in MemberState.model_fields if name != "member_id"]
ANNE, ELOI = "6f1c2a9e-5a53-4c0d-9c6f-0f5b1d7f3a21", "0b1d6c3e-7f58-4d2a-b6c4-9e8a2f5d1c77"
NGUYEN, HAITI = "a3d5f0b7-8e14-4f6b-b2d9-7c1e5a0f9b62", "d7c2e9f4-1a6b-4835-8e0d-3f5b9c7a2e18"
TWO = match.int(2)
ENROLLED = Expectation("somebody to write to", ALL_KNOWN, "member.enrolled.v1", member(FULL, ANNE, *READ))
BY_POST = Expectation("somebody by post only", LITTLE_KNOWN, "member.enrolled.v1", member(BARE, NGUYEN, *READ))
CHANGED = Expectation("somebody who has moved", ALL_KNOWN, "member.changed.v1", member(FULL, ELOI, *READ, version=TWO))
LESS = Expectation(
    "somebody without e-mail", LITTLE_KNOWN, "member.changed.v1", member(BARE, HAITI, *READ, version=TWO)
)
MEMBERS = [ENROLLED, BY_POST, CHANGED, LESS]
READ_OF_PEOPLE = [name for name in AutonomousBeneficiary.model_fields if name != "beneficiary_id"]
YVES, LEA = "5be0c7a9-41d2-4c38-b6f1-90d27e3a8c54", "0d9a4e86-7b12-4c55-9f03-e1c8a6b2d740"
AUTONOMOUS = Expectation(
    "somebody in the own name", people.ALL_KNOWN, people.EVENT, people.person(people.PERSON, YVES, *READ_OF_PEOPLE)
)
REFUSED = Expectation(
    "somebody not autonomous any more",
    people.REFUSED,
    people.EVENT,
    people.person(people.BARE_PERSON, LEA, *READ_OF_PEOPLE, version=TWO),
)
EXPECTATIONS = [*MEMBERS, AUTONOMOUS, REFUSED, REMOVED, SETTLED, *(told.expectation for told in NEWS_EXPECTATIONS)]
OF_ALL = [
    "Mme Anne-Sophie Lefèvre",
    "Chez M. Benali",
    "Boîte 4",
    "Résidence Les Tilleuls",
    "12 BIS RUE DE L EGLISE",
    "75011 PARIS",
]
OF_LITTLE = ["Lefèvre", "LE BOURG", "20220 L ILE ROUSSE"]


@pytest.mark.parametrize(
    ("expectation", "email", "address"),
    [
        (ENROLLED, "anne.sophie@courriel.example", OF_ALL),
        (BY_POST, None, OF_LITTLE),
        (CHANGED, "anne.sophie@courriel.example", OF_ALL),
        (LESS, None, OF_LITTLE),
    ],
    ids=[one.description for one in MEMBERS],
)
async def test_a_recipient_follows_the_member(
    parts: dict[str, OpenedPart], expectation: Expectation, email: str | None, address: list[str]
):
    notifications = parts["notifications"]
    [event] = await heard_by(pact_of("notifications", "contracts", [expectation]), notifications.hear)
    query = "SELECT version, member_id, person_sealed FROM recipients WHERE member_id = $1"
    row = await notifications.row(query, event["data"]["member_id"])
    recipient = open_recipient(notifications.resources, row["member_id"], row["person_sealed"])

    assert row["version"] == event["data"]["version"]
    assert (recipient.email and recipient.email.reveal()) == email
    assert recipient.address_lines() == address


@pytest.mark.parametrize(
    ("expectation", "email", "address"),
    [
        (AUTONOMOUS, "anne.sophie@courriel.example", ["Anne-Sophie Lefèvre", *OF_ALL[1:]]),
        (REFUSED, None, OF_LITTLE),
    ],
    ids=["autonomous", "refused"],
)
async def test_a_recipient_follows_an_autonomous_person(
    parts: dict[str, OpenedPart], expectation: Expectation, email: str | None, address: list[str]
):
    notifications = parts["notifications"]
    [event] = await heard_by(pact_of("notifications", "contracts", [expectation]), notifications.hear)
    query = "SELECT version, member_id, person_sealed FROM recipients WHERE member_id = $1"
    row = await notifications.row(query, event["data"]["beneficiary_id"])
    recipient = open_recipient(notifications.resources, row["member_id"], row["person_sealed"])

    assert row["version"] == event["data"]["version"]
    assert (recipient.email and recipient.email.reveal()) == email
    assert recipient.address_lines() == address


@pytest.mark.parametrize("told", NEWS_EXPECTATIONS, ids=[told.expectation.description for told in NEWS_EXPECTATIONS])
async def test_what_a_member_must_be_told_of_the_contract_is_planned(parts: dict[str, OpenedPart], told: Told):
    notifications = parts["notifications"]
    [event] = await heard_by(pact_of("notifications", "contracts", [told.expectation]), notifications.hear)
    query = "SELECT purpose, channel, masked_address FROM deliveries WHERE cause = $1 ORDER BY purpose"
    async with notifications.database.connection() as connection:
        rows = await connection.fetch(query, event["data"][told.cause])

    assert [tuple(row) for row in rows] == told.planned


async def test_a_statement_with_new_lines_is_announced_to_its_reader(parts: dict[str, OpenedPart]):
    notifications = parts["notifications"]
    await notifications.hear(READER)
    [event] = await heard_by(pact_of("notifications", "contracts", [SETTLED]), notifications.hear)
    query = "SELECT purpose, channel FROM deliveries WHERE cause = $1"
    row = await notifications.row(query, event["data"]["settlement_id"])

    assert tuple(row.values()) == ("statement_available", "email")


async def test_whose_data_have_left_is_not_known_any_more(parts: dict[str, OpenedPart]):
    notifications = parts["notifications"]
    await notifications.hear(LEAVER)
    [event] = await heard_by(pact_of("notifications", "contracts", [REMOVED]), notifications.hear)
    query = "SELECT count(*) AS known FROM recipients WHERE member_id = $1"

    assert await notifications.row(query, event["data"]["member_id"]) == {"known": 0}


@pytest.mark.unit
def test_the_committed_pact_is_what_notifications_expects_of_contracts_now():
    expected = written(pact_of("notifications", "contracts", EXPECTATIONS))

    assert expected == committed("notifications", "contracts"), STALE
    owned = {one.event_type for one in publications() if one.service == "contracts"}
    heard = [one for one in hearings() if one.service == "notifications" and one.event_type in owned]
    assert fields_told(expected) == {one.event_type: fields_read(one.subscription.reader) for one in heard}

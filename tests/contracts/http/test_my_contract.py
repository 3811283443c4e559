"""What a signed-in member sees of the own contract."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.contracts_fixtures import FixedClock, OpenContracts, enrolment_line, ndjson

PATH = "/v1/me/contract"


async def enrolled(contracts: OpenContracts, line: dict[str, Any]) -> UUID:
    _, answer = await contracts.send(ndjson([line]))
    assert answer["refused"] == 0
    member_id: UUID = (await contracts.fetch("SELECT id FROM members"))[0]["id"]
    return member_id


async def test_a_member_sees_the_contract_and_no_social_security_number(contracts: OpenContracts) -> None:
    line = enrolment_line()
    member_id = await enrolled(contracts, line)
    status, answer = await contracts.get(PATH, contracts.member(member_id))

    assert status == 200
    assert answer == {
        "membership_number": "00412307",
        "status": "in_force",
        "product": "Sérénité",
        "kind": "individual",
        "effective_date": "2019-06-08",
        "renewal_date": "2026-12-31",
        "end_date": None,
        "responsible": True,
        "guarantees": line["contract"]["guarantees"],
        "statement_identifier": "0000412307",
    }


@pytest.mark.parametrize(
    ("instant", "status"),
    [
        (datetime(2026, 2, 28, 22, 59, tzinfo=UTC), "not_yet_in_force"),
        (datetime(2026, 2, 28, 23, 0, tzinfo=UTC), "in_force"),  # midnight in Paris
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), "in_force"),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), "ended"),  # midnight in Paris, in summer
    ],
)
async def test_a_contract_begins_and_ends_at_midnight_in_paris(
    contracts: OpenContracts, instant: datetime, status: str
) -> None:
    line = enrolment_line(statement_identifier=None)
    line["contract"] |= {"effective_date": "2026-03-01", "end_date": "2026-06-30"}
    member_id = await enrolled(contracts, line)
    clock = contracts.service.foundation.clock
    assert isinstance(clock, FixedClock)
    clock.instant = instant
    _, answer = await contracts.get(PATH, contracts.member(member_id))

    assert (answer["status"], answer["statement_identifier"]) == (status, None)


async def test_a_stranger_and_another_brands_token_see_nothing(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, enrolment_line())
    found = [
        await contracts.get(PATH, contracts.member(uuid4())),
        await contracts.get(PATH, contracts.member(member_id, "demo")),
        await contracts.get(PATH, contracts.staff()),
        await contracts.get(PATH),
    ]

    assert [(status, answer["code"]) for status, answer in found] == [
        (404, "not-found"),
        (404, "not-found"),
        (401, "not-signed-in"),
        (401, "not-signed-in"),
    ]

"""What a member has chosen of phone, address and people, and the file that comes every day (ADR 0012)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from contracts_service.domain.chosen_parts import Part
from contracts_service.store import members
from contracts_service.usecases.chosen_parts import chosen_with
from contracts_service.usecases.member_rows import MemberRows
from contracts_service.usecases.present_member import load_member, save_change

from tests.support.chosen_email_steps import enrolled, told
from tests.support.contracts_fixtures import OpenContracts, enrolment_line, ndjson

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
LINE = enrolment_line()
MOVED = LINE["address"] | {"street": "1, place du Canari", "building": None, "complement": None}
CHOICES: dict[Part, Any] = {
    "phone": lambda rows: replace(rows, member=replace(rows.member, phone="+33699999999")),
    "address": lambda rows: replace(rows, member=replace(rows.member, address=MOVED)),
    "beneficiaries": lambda rows: replace(rows, beneficiaries=[]),
}
# What the file says of the part when it says something new.
NEWS: dict[Part, dict[str, Any]] = {
    "phone": {"phone": "+33611111111"},
    "address": {"address": LINE["address"] | {"street": "9, rue Neuve"}},
    "beneficiaries": {"beneficiaries": [LINE["beneficiaries"][0] | {"relation": "other_dependant"}]},
}

each_part = pytest.mark.parametrize("part", CHOICES)


async def choose(contracts: OpenContracts, member_id: UUID, part: Part) -> MemberRows:
    """Let a member choose something else than the file says of a part."""
    service = contracts.service
    async with service.database.transaction() as connection:
        await members.lock_brand(connection, "mgas")
        rows = await load_member(connection, brand="mgas", member_id=member_id)
        assert rows is not None
        chosen = replace(rows.member, chosen=chosen_with(service.seals, rows, part))
        return await save_change(service, connection, CHOICES[part](replace(rows, member=chosen)), now=NOW)


async def present(contracts: OpenContracts, member_id: UUID, part: Part) -> Any:
    """Return what is kept of a part today."""
    async with contracts.service.database.connection() as connection:
        rows = await load_member(connection, brand="mgas", member_id=member_id)
    assert rows is not None
    parts = {"phone": rows.member.phone, "address": rows.member.address}
    return {**parts, "beneficiaries": [one.relation for one in rows.beneficiaries]}[part]


@each_part
async def test_a_file_that_repeats_itself_leaves_a_choice_alone(contracts: OpenContracts, part: Part) -> None:
    member_id = await enrolled(contracts, LINE)
    await choose(contracts, member_id, part)
    before = await present(contracts, member_id, part)
    repeated = [
        (await contracts.send(ndjson([LINE | {"title": title}])))[1]["accepted"] for title in ("Dr", "M.", "M.")
    ]

    assert repeated == [1, 1, 0]
    assert await present(contracts, member_id, part) == before
    assert [one["version"] for one in await told(contracts)] == [1, 2, 3, 4]


@each_part
async def test_a_file_that_says_something_new_wins_for_good(contracts: OpenContracts, part: Part) -> None:
    member_id = await enrolled(contracts, LINE)
    await choose(contracts, member_id, part)
    chosen = await present(contracts, member_id, part)
    await contracts.send(ndjson([LINE | NEWS[part]]))
    new = await present(contracts, member_id, part)
    await contracts.send(ndjson([LINE]))

    assert new != chosen
    assert await present(contracts, member_id, part) not in (new, chosen)


async def test_a_second_choice_still_knows_what_the_file_had_said(contracts: OpenContracts) -> None:
    member_id = await enrolled(contracts, LINE)
    await choose(contracts, member_id, "phone")
    first = await contracts.fetch("SELECT chosen FROM members")
    await choose(contracts, member_id, "phone")

    assert await contracts.fetch("SELECT chosen FROM members") == first

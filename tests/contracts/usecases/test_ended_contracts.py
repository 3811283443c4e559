"""Contracts whose last day has passed are told once for each end, by civil days in Paris."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from contracts_service.usecases.tell_ended_contracts import tell_ended_contracts

from tests.support.contracts_fixtures import FixedClock, OpenContracts, enrolment_line, ndjson, open_contracts_service

LAST_MINUTE = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)  # 23:59 in Paris
MIDNIGHT = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)


@dataclass
class Ending:
    """The service, and its clock."""

    contracts: OpenContracts
    clock: FixedClock

    async def file_says(self, *ends: str | None) -> None:
        """Import one member for each end."""
        contract = enrolment_line()["contract"]
        lines = [
            enrolment_line(number, contract=contract | {"end_date": end}) for number, end in enumerate(ends, start=1)
        ]
        _, answer = await self.contracts.send(ndjson(lines))
        assert answer["refused"] == 0

    async def tell(self) -> list[dict[str, Any]]:
        """Do the loop's work, and return all that was told so far."""
        while await tell_ended_contracts(self.contracts.service):
            pass
        return [one.data for one in await self.contracts.envelopes() if one.type == "contract.ended.v1"]


@pytest.fixture
async def ending(tmp_path: Path, contracts_database: str) -> AsyncIterator[Ending]:
    clock = FixedClock(LAST_MINUTE)
    async with open_contracts_service(contracts_database, tmp_path, clock=clock) as contracts:
        yield Ending(contracts, clock)


async def test_the_end_is_told_from_midnight_in_paris_on_and_once(ending: Ending):
    await ending.file_says("2026-11-30", None, "2026-12-31")
    before = await ending.tell()
    ending.clock.instant = MIDNIGHT
    (told,), again = await ending.tell(), await ending.tell()
    (contract,) = await ending.contracts.fetch("SELECT id, member_id FROM contracts WHERE end_date = '2026-11-30'")

    assert before == []
    assert told == again[0]
    assert told == {
        "version": 1,
        "member_id": str(contract["member_id"]),
        "brand": "mgas",
        "contract_id": str(contract["id"]),
        "ending_id": told["ending_id"],
        "end_date": "2026-11-30",
    }


async def test_an_end_that_is_corrected_is_told_again(ending: Ending):
    await ending.file_says("2026-11-15")
    first = await ending.tell()
    await ending.file_says("2026-11-20")
    second = (await ending.tell())[1:]
    await ending.file_says(None)
    none = (await ending.tell())[2:]

    assert [(one["version"], one["end_date"]) for one in first + second + none] == [
        (1, "2026-11-15"),
        (2, "2026-11-20"),
    ]
    assert first[0]["ending_id"] != second[0]["ending_id"]


async def test_who_came_to_us_long_after_the_end_is_not_told(ending: Ending):
    await ending.file_says("2026-10-30", "2026-10-31")

    assert [one["end_date"] for one in await ending.tell()] == ["2026-10-31"]


async def test_the_end_of_a_known_members_contract_is_told_however_late_it_is_entered(ending: Ending):
    ending.clock.instant = datetime(2026, 1, 5, 9, tzinfo=UTC)
    await ending.file_says(None)
    ending.clock.instant = LAST_MINUTE
    await ending.file_says("2026-01-31")

    assert [one["end_date"] for one in await ending.tell()] == ["2026-01-31"]


async def test_two_workers_tell_each_end_once(ending: Ending):
    await ending.file_says(*["2026-11-29"] * 40)
    async with ending.contracts.service.database.transaction() as connection:
        await connection.execute("SELECT FROM contracts ORDER BY id LIMIT 10 FOR UPDATE")  # another worker's
        while_held = await ending.tell()
    all_told = await ending.tell()

    assert (len(while_held), len(all_told)) == (30, 40)
    assert len({one["contract_id"] for one in all_told}) == 40

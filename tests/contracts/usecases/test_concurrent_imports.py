"""Several files at once: every line is written once, in some order, and nothing is torn."""

import asyncio
from collections import Counter
from pathlib import Path

from tests.support.contracts_fixtures import FixedClock, OpenContracts, enrolment_line, ndjson, open_contracts_service


async def test_files_of_the_same_members_at_once_leave_one_version_after_another(contracts: OpenContracts) -> None:
    files = [ndjson(enrolment_line(number, title=f"file {file}") for number in range(150)) for file in range(4)]
    answers = await asyncio.gather(*(contracts.send(body) for body in files))
    members = await contracts.fetch("SELECT title, version FROM members")
    versions = Counter((one.data["member_id"], one.data["version"]) for one in await contracts.envelopes())

    assert [(status, answer["state"], answer["accepted"]) for status, answer in answers] == [(200, "done", 150)] * 4
    assert {row["version"] for row in members} == {4}
    assert len({row["title"] for row in members}) == 1
    assert (len(versions), set(versions.values())) == (600, {1})


async def test_two_processes_share_the_files_and_do_each_once(contracts_database: str, tmp_path: Path) -> None:
    async with (
        open_contracts_service(contracts_database, tmp_path, clock=FixedClock()) as one,
        open_contracts_service(contracts_database, tmp_path, clock=FixedClock()) as other,
    ):
        sent = [
            process.send(ndjson(enrolment_line(number) for number in range(first, first + 100)), brand)
            for process in (one, other)
            for brand, first in (("mgas", 0), ("demo", 500), ("mgas", 0))
        ]
        answers = await asyncio.gather(*sent)
        found = Counter((answer["accepted"], answer["unchanged"]) for _, answer in answers)
        events = await one.envelopes()

    assert found == {(100, 0): 2, (0, 100): 4}
    assert (len(events), {event.type for event in events}) == (200, {"member.enrolled.v1"})

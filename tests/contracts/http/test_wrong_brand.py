"""A file for another brand is refused as a whole; numbers that two brands share by chance refuse nothing."""

from collections.abc import Iterable
from typing import Any

import pytest
from contracts_service.domain.brand_evidence import BrandEvidence
from contracts_service.usecases.process_imports import process_due_imports

from tests.support.contracts_fixtures import OpenContracts, enrolment_line, ndjson
from tests.support.import_lines import contribution_line, reimbursement_line


def others(numbers: Iterable[int]) -> list[dict[str, Any]]:
    """Return lines of other people under the same numbers."""
    return [enrolment_line(number, nir=f"1850375{number % 900 + 100:03}456") for number in numbers]


def of(numbers: Iterable[int]) -> list[dict[str, Any]]:
    return [enrolment_line(number) for number in numbers]


async def outcome(contracts: OpenContracts, lines: list[dict[str, Any]], brand: str, **sent: Any) -> tuple[int, Any]:
    status, answer = await contracts.send(ndjson(lines), brand, **sent)
    return status, answer.get("code") or (answer["accepted"], answer["unchanged"], answer["refused"])


async def test_another_brands_members_are_refused_before_a_line_is_written(contracts: OpenContracts) -> None:
    await contracts.send(ndjson(of(range(30))))
    wrong = await outcome(contracts, of(range(30)), "demo")  # demo knows nobody yet
    mostly_new = await outcome(contracts, [*others(range(1000, 1100)), *of([7])], "demo")
    single = await outcome(contracts, of([7]), "demo")

    assert [wrong, mostly_new, single] == [(422, "wrong-brand")] * 3
    assert await contracts.fetch("SELECT FROM members WHERE brand = 'demo'") == []


async def test_numbers_shared_by_chance_refuse_nothing(contracts: OpenContracts) -> None:
    await contracts.send(ndjson(of(range(30))))

    assert await outcome(contracts, others(range(20)), "demo") == (200, (20, 0, 0))
    assert await outcome(contracts, others(range(20)), "demo") == (200, (0, 20, 0))
    assert await outcome(contracts, of(range(30)), "demo") == (422, "wrong-brand")  # both know the numbers
    assert await outcome(contracts, of(range(40)), "mgas") == (200, (10, 30, 0))


@pytest.mark.parametrize("kind", ["contributions", "reimbursements"])
async def test_lines_about_another_brands_members_are_refused_as_a_whole(contracts: OpenContracts, kind: str) -> None:
    line = {"contributions": contribution_line, "reimbursements": reimbursement_line}[kind]
    await contracts.send(ndjson(of(range(30))))
    await contracts.send(ndjson(others(range(25, 60))), "demo")
    wrong = await outcome(contracts, [line(number, number) for number in range(30)], "demo", kind=kind)
    right = await outcome(contracts, [line(number, number) for number in (*range(28), 59)], "mgas", kind=kind)

    assert (wrong, right) == ((422, "wrong-brand"), (200, (28, 0, 1)))


async def test_a_long_file_fails_in_the_background_and_says_why(hurried: OpenContracts) -> None:
    for brand, lines in (("mgas", of(range(5))), ("demo", of(range(5)))):
        status, answer = await hurried.send(ndjson(lines), brand, headers={"Idempotency-Key": "night"})
        while await process_due_imports(hurried.service):
            pass
    again = await hurried.send(ndjson(lines), "demo", headers={"Idempotency-Key": "night"})
    told = (await hurried.report(answer["id"], "demo"))[1]

    assert (status, told["state"], told["failure"], told["processed"]) == (202, "failed", "wrong-brand", 0)
    assert (again[0], again[1]["code"]) == (422, "wrong-brand")


@pytest.mark.parametrize(
    ("is_certain", "here", "elsewhere", "expected"),
    [
        (True, 0, 0, False),
        (True, 0, 1, True),
        (True, 5, 5, False),
        (True, 5, 6, True),
        (False, 0, 1, True),
        (False, 1, 2, False),
        (False, 1, 3, True),
        (False, 99, 100, False),
    ],
)
def test_what_proves_the_person_decides_by_one_and_a_number_alone_by_twice_as_many(
    is_certain: bool, here: int, elsewhere: int, expected: bool
) -> None:
    evidence = BrandEvidence("mgas", is_certain=is_certain)
    for _ in range(here):
        evidence.count({"mgas"})
    for _ in range(elsewhere):
        evidence.count({"demo"})
    evidence.count(set())

    assert evidence.says_another_brand() is expected

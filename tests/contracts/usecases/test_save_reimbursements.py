"""Whose a line is, and what a line does that has come before."""

import random
from typing import Any

from contracts_service.store import year_partitions
from contracts_service.usecases.make_year_partitions import make_year_partitions

from tests.support.contracts_fixtures import FixedClock, OpenContracts, enrolment_line, ndjson
from tests.support.money_lines import reimbursement_line, split
from tests.support.money_steps import CHILD, MEMBER, a_family, bring

TWIN = {"last_name": "Canariensis-d’Arc", "birth_date": CHILD, "relation": "child", "nir": None}


async def enrol(contracts: OpenContracts, beneficiaries: list[dict[str, Any]]) -> str:
    line = enrolment_line(beneficiaries=beneficiaries)
    await contracts.send(ndjson([line]))
    number: str = line["membership_number"]
    return number


async def persons(contracts: OpenContracts) -> list[str]:
    rows = await contracts.fetch(
        "SELECT first_name FROM reimbursements JOIN beneficiaries ON beneficiaries.id = person_id ORDER BY line_id"
    )
    return [row["first_name"] for row in rows]


async def test_twins_are_told_apart_by_their_rank(contracts: OpenContracts):
    twins = [TWIN | {"first_name": name, "birth_rank": rank} for rank, name in ((1, "Ana"), (2, "Bea"))]
    number = await enrol(contracts, twins)
    lines = [reimbursement_line(number, str(rank), birth_date=CHILD, birth_rank=rank) for rank in (1, 2)]
    report = await bring(contracts, *lines, reimbursement_line(number, "3", birth_date=CHILD, birth_rank=3))

    assert report["refusals"] == [(3, "beneficiary", "unknown-beneficiary")]
    assert await persons(contracts) == ["Ana", "Bea"]


async def test_who_is_covered_today_is_meant_and_two_of_them_are_nobody(contracts: OpenContracts):
    former, present = TWIN | {"first_name": "Ana", "birth_rank": 1}, TWIN | {"first_name": "Bea", "birth_rank": 1}
    number = await enrol(contracts, [former])
    await bring(contracts, reimbursement_line(number, "1", birth_date=CHILD))
    await enrol(contracts, [present])
    known = await bring(contracts, *(reimbursement_line(number, line, birth_date=CHILD) for line in ("1", "2")))
    await enrol(contracts, [present, former])
    both = await bring(contracts, reimbursement_line(number, "3", birth_date=CHILD))

    assert known["counts"] == (1, 1, 0)  # the first one stays whose it was
    assert both["refusals"] == [(1, "beneficiary", "ambiguous-beneficiary")]
    assert await persons(contracts) == ["Ana", "Bea"]


async def test_lines_of_who_has_left_the_contract_are_still_taken(contracts: OpenContracts):
    number = await enrol(contracts, [TWIN | {"first_name": "Ana", "birth_rank": 1}])
    await enrol(contracts, [])

    assert (await bring(contracts, reimbursement_line(number, "1", birth_date=CHILD)))["counts"] == (1, 0, 0)


async def test_revisions_only_rise(contracts: OpenContracts):
    family = await a_family(contracts)
    line = reimbursement_line(family.number, "1", revision=3)
    told = [line, line, line | {"revision": 2}, line | {"act": "Radiologie"}, line | {"revision": 7}]
    reports = [await bring(contracts, one) for one in told]
    former = await contracts.fetch("SELECT revision FROM reimbursement_revisions")

    assert [report["counts"] for report in reports] == [(1, 0, 0), (0, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 0)]
    assert reports[3]["refusals"] == [(1, "revision", "revision-not-raised")]
    assert [row["revision"] for row in former] == [3]


async def test_lines_of_one_identity_in_one_file_count_in_their_order(contracts: OpenContracts):
    family = await a_family(contracts)
    changes: list[dict[str, Any]] = [
        {"revision": 1},
        {"revision": 2, "care_date": "2025-12-31"},
        {"revision": 2, "act": "Radiologie"},
        {"revision": 1},
        {"revision": 3, "care_date": "2024-01-01"},
    ]
    report = await bring(contracts, *(reimbursement_line(family.number, "1", **one) for one in changes))
    [shown] = await family.list_of("/v1/me/reimbursements")
    _, whole = await family.reads(f"/v1/me/reimbursements/{shown['id']}")

    assert report == {"counts": (3, 1, 1), "refusals": [(3, "revision", "revision-not-raised")]}
    assert (shown["revision"], shown["care_date"]) == (3, "2024-01-01")
    assert [one["care_date"] for one in whole["revisions"]] == ["2025-12-31", "2026-10-06"]


async def test_the_same_identifier_of_another_source_or_brand_is_another_line(contracts: OpenContracts):
    mgas, safiag = await a_family(contracts), await a_family(contracts, 412308, "safiag")
    await bring(contracts, *(reimbursement_line(mgas.number, "1", source=source) for source in ("a", "b")))
    await bring(contracts, reimbursement_line(safiag.number, "1", source="a"), brand="safiag")

    assert len(await contracts.fetch("SELECT FROM reimbursements")) == 3


async def test_running_totals_are_what_the_rows_come_to_after_any_history(contracts: OpenContracts):
    families = [await a_family(contracts, 412307 + n) for n in range(2)]
    chance = random.Random(20261121)
    revisions: dict[str, int] = {}
    for _file in range(20):
        lines = []
        for _ in range(12):
            name = str(chance.randint(1, 30))
            revisions[name] = revisions.get(name, 0) + chance.randint(0, 2)
            day = f"{chance.choice([2009, 2024, 2025, 2026])}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
            lines.append(
                reimbursement_line(
                    chance.choice(families).number,
                    name,
                    birth_date=chance.choice([MEMBER, CHILD]),
                    revision=revisions[name],
                    statement=chance.choice([None, "D202410", "D202411", "D202412", "D202510", "relevé n° 7"]),
                    care_date=day,
                    paid_on=chance.choice([None, day]),
                    **split(*(chance.randint(-9000, 9000) for _ in range(3))),
                )
            )
        await bring(contracts, *lines)

        assert await contracts.fetch(YEARS_THAT_DIFFER) == []
        assert await contracts.fetch(PARTS_THAT_DIFFER) == []
    assert len(await contracts.fetch("SELECT FROM reimbursement_revisions")) > 50


AMOUNTS = "amount_spent", "mandatory_share", "complementary_share", "remaining_cost"
SUMS = "count(*) AS lines, " + ", ".join(f"sum({name})::bigint" for name in AMOUNTS)
YEARS = f"""
    SELECT person_id, extract(year FROM care_date)::bigint AS year, {SUMS}, sum(flat_contribution)::bigint,
        sum(deductible)::bigint
    FROM reimbursements GROUP BY 1, 2
"""
PARTS = f"""
    SELECT statement_id, person_id, {SUMS}, min(care_date), max(care_date), max(paid_on)
    FROM reimbursements WHERE statement_id IS NOT NULL GROUP BY 1, 2
"""
KEPT_YEARS = (
    f"SELECT person_id, year, lines, {', '.join(AMOUNTS)}, flat_contribution, deductible FROM reimbursement_years"
)
KEPT_PARTS = f"""
    SELECT statement_id, person_id, lines, {", ".join(AMOUNTS)}, first_care_date, last_care_date, latest_paid_on
    FROM statement_parts
"""


def _that_differ(summed: str, kept: str) -> str:
    return f"(({summed}) EXCEPT ({kept})) UNION ALL (({kept}) EXCEPT ({summed}))"


YEARS_THAT_DIFFER = _that_differ(YEARS, KEPT_YEARS)
PARTS_THAT_DIFFER = _that_differ(PARTS, KEPT_PARTS)


async def test_the_coming_years_partitions_are_cut_off_the_last_one_with_their_rows(contracts: OpenContracts):
    family = await a_family(contracts)
    clock = contracts.service.foundation.clock
    assert isinstance(clock, FixedClock)
    lines = [reimbursement_line(family.number, str(year), care_date=f"{year}-06-01") for year in (1999, 2030, 2033)]
    await bring(contracts, *lines)
    clock.instant = clock.instant.replace(year=2029)
    await make_year_partitions(contracts.service)
    rows = await contracts.fetch("SELECT tableoid::regclass::text AS place FROM reimbursements ORDER BY care_date")
    async with contracts.service.database.connection() as connection:
        missing = await year_partitions.missing(connection, today=clock.instant.date())
    shown = await family.list_of("/v1/me/reimbursements?limit=1")

    assert [row["place"] for row in rows] == [f"reimbursements_{part}" for part in ("before", "2030", "after")]
    assert missing == []
    assert [one["care_date"][:4] for one in shown] == ["2033", "2030", "1999"]

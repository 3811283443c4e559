"""Statements: of each only the lines that the reader may see, and whoever reads one is told when it has come to rest."""

from tests.support.contracts_fixtures import FixedClock, OpenContracts
from tests.support.money_lines import reimbursement_line, split
from tests.support.money_steps import CHILD, MEMBER, SPOUSE, TEEN, Family, a_family, bring, settle

LIST = "/v1/me/statements"
NEWLY = {"statement": "D202611", "care_date": "2026-11-17", "paid_on": "2026-11-20"}


async def three_lines(family: Family) -> None:
    lines = [
        reimbursement_line(family.number, "1", **split(2000, 1000, 500)),
        reimbursement_line(family.number, "2", birth_date=SPOUSE, **split(3000, 1000, 500)),
        reimbursement_line(family.number, "3", birth_date=CHILD, care_date="2026-09-30", **split(5000, 1000, 500)),
    ]
    await bring(family.contracts, *lines)


async def test_a_statement_shows_days_totals_and_lines_of_whom_the_reader_may_see(contracts: OpenContracts):
    family = await a_family(contracts)
    await three_lines(family)
    [statement] = await family.list_of(LIST)
    _, whole = await family.reads(f"{LIST}/{statement['id']}")
    _, of_spouse = await family.reads(f"{LIST}/{statement['id']}", SPOUSE)

    assert {name: statement[name] for name in statement.keys() - {"id"}} == {
        "identifier": "D202610",
        "first_care_date": "2026-09-30",
        "last_care_date": "2026-10-06",
        "paid_on": "2026-10-10",
        "totals": {
            "lines": 2,
            "amount_spent": "70.00",
            "mandatory_share": "20.00",
            "complementary_share": "10.00",
            "remaining_cost": "40.00",
        },
    }
    assert [one["amount_spent"] for one in whole["items"]] == ["20.00", "50.00"]
    assert whole["totals"] == statement["totals"]
    assert [one["amount_spent"] for one in of_spouse["items"]] == ["30.00"]
    assert (of_spouse["totals"]["lines"], of_spouse["first_care_date"]) == (1, "2026-10-06")


async def test_a_statement_without_a_line_that_the_reader_may_see_is_not_there(contracts: OpenContracts):
    family, other = await a_family(contracts), await a_family(contracts, 412308)
    await bring(contracts, reimbursement_line(family.number, "1", birth_date=SPOUSE))
    [statement] = await family.list_of(LIST, SPOUSE)
    path = f"{LIST}/{statement['id']}"
    answers = [await family.reads(path), await other.reads(path), await family.reads(f"{LIST}/{family.ids[MEMBER]}")]

    assert await family.list_of(LIST) == []
    assert [(status, answer["code"]) for status, answer in answers] == [(404, "not-found")] * 3


async def test_statements_and_their_lines_are_paged_the_latest_first(contracts: OpenContracts):
    family = await a_family(contracts)
    lines = [
        reimbursement_line(
            family.number, str(n), birth_date=(MEMBER, CHILD)[n % 2], statement=f"D2025{n % 9 + 1:02}", care_date=day
        )
        for n, day in enumerate(f"2025-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(60))
    ]
    await bring(contracts, *lines)
    statements = await family.list_of(f"{LIST}?limit=4")
    days = [one["care_date"] for one in await family.list_of(f"{LIST}/{statements[0]['id']}?limit=3")]

    assert [one["identifier"] for one in statements] == [f"D2025{month:02}" for month in range(9, 0, -1)]
    assert sum(one["totals"]["lines"] for one in statements) == 60
    assert days == sorted((line["care_date"] for line in lines if line["statement"] == "D202509"), reverse=True)


async def test_a_correction_moves_a_line_and_the_days_of_both_statements_follow(contracts: OpenContracts):
    family = await a_family(contracts)
    await three_lines(family)
    moved = {"revision": 2, "statement": "D202612", "care_date": "2026-10-01"}
    await bring(contracts, reimbursement_line(family.number, "1", **moved, **split(2500, 1000, 500)))
    statements = await family.list_of(LIST)

    assert [(one["identifier"], one["last_care_date"], one["totals"]["amount_spent"]) for one in statements] == [
        ("D202612", "2026-10-01", "25.00"),
        ("D202610", "2026-09-30", "50.00"),
    ]


async def test_each_reader_is_told_once_of_a_statement_that_has_come_to_rest(contracts: OpenContracts):
    family = await a_family(contracts)
    people = (MEMBER, CHILD, TEEN, SPOUSE)
    lines = [reimbursement_line(family.number, born, birth_date=born, **NEWLY) for born in people]
    await bring(contracts, *lines[:2])
    await bring(contracts, *lines[2:])
    told, again = await settle(contracts), await settle(contracts)
    await bring(contracts, *lines, reimbursement_line(family.number, "later", **NEWLY))
    more = await settle(contracts)
    readers = {one["member_id"]: one for one in told}

    assert len(told) == 2
    assert readers.keys() == {str(family.ids[MEMBER]), str(family.ids[SPOUSE])}
    assert again == []
    assert [one["member_id"] for one in more] == [str(family.ids[MEMBER])]
    assert sorted(one["version"] for one in (*told, *more)) == [1, 2, 3]
    assert told[0].keys() == {"version", "member_id", "brand", "statement_id", "settlement_id", "settled_on"}
    assert {one["settled_on"] for one in told} == {"2026-11-20"}


async def test_nothing_is_told_while_lines_still_come(contracts: OpenContracts):
    family = await a_family(contracts)
    clock = contracts.service.foundation.clock
    assert isinstance(clock, FixedClock)
    await bring(contracts, reimbursement_line(family.number, "1", **NEWLY))
    start = clock.instant
    told_early = await settle(contracts)
    await bring(contracts, reimbursement_line(family.number, "2", birth_date=CHILD, **NEWLY))
    clock.instant = start
    meanwhile = await settle(contracts)

    assert (len(told_early), meanwhile) == (1, [])


async def test_the_stock_of_a_first_import_and_what_is_not_paid_stay_untold(contracts: OpenContracts):
    family = await a_family(contracts)
    unpaid = NEWLY | {"paid_on": None}
    await bring(
        contracts,
        reimbursement_line(family.number, "1", paid_on="2026-09-22"),
        reimbursement_line(family.number, "2", **unpaid),
    )
    before = await settle(contracts)
    await bring(contracts, reimbursement_line(family.number, "2", revision=2, **NEWLY))

    assert before == []
    assert len(await settle(contracts)) == 1  # it is paid now

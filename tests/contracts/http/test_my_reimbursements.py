"""What a signed-in person reads of reimbursements, and what nobody else does."""

import json
from datetime import UTC, datetime
from uuid import uuid4

from contracts_service.http.contributions import ContributionList
from contracts_service.http.reimbursements import ReimbursementList, WholeReimbursement
from contracts_service.http.statements import StatementList, WholeStatement
from pydantic import BaseModel

from tests.support.contracts_fixtures import FixedClock, OpenContracts
from tests.support.money_lines import contribution_line, reimbursement_line, split
from tests.support.money_steps import CHILD, MEMBER, SPOUSE, TEEN, Family, a_family, bring

LIST = "/v1/me/reimbursements"


async def a_line_each(family: Family) -> None:
    lines = [
        reimbursement_line(family.number, born, birth_date=born, **split(spent, 1000, 500))
        for born, spent in ((MEMBER, 2000), (SPOUSE, 3000), (TEEN, 4000), (CHILD, 5000))
    ]
    assert await bring(family.contracts, *lines, brand=family.brand) == {"counts": (4, 0, 0), "refusals": []}


async def test_a_line_is_shown_as_it_was_sent_with_amounts_as_text(contracts: OpenContracts):
    family = await a_family(contracts)
    await bring(contracts, reimbursement_line(family.number, "1", rate="70.00", provider=None))
    _, answer = await family.reads(LIST)
    [line] = answer["items"]

    assert {name: line[name] for name in line.keys() - {"id", "statement_id"}} == {
        "person_id": str(family.ids[MEMBER]),
        "care_date": "2026-10-06",
        "act": "Consultation généraliste",
        "provider": None,
        "payee": "member",
        "amount_spent": "30.00",
        "base": "30.00",
        "rate": "70",
        "mandatory_share": "19.00",
        "complementary_share": "9.00",
        "remaining_cost": "2.00",
        "paid_on": "2026-10-10",
        "statement": "D202610",
        "revision": 1,
    }
    assert answer["totals"] == {
        "lines": 1,
        "amount_spent": "30.00",
        "mandatory_share": "19.00",
        "complementary_share": "9.00",
        "remaining_cost": "2.00",
        "flat_contributions": "2.00",
        "deductibles": "0.00",
    }


async def test_everybody_reads_the_own_lines_and_the_member_those_of_the_children(contracts: OpenContracts):
    family = await a_family(contracts)
    await a_line_each(family)
    spent = {born: [one["amount_spent"] for one in await family.list_of(LIST, born)] for born in (MEMBER, SPOUSE)}
    _, answer = await family.reads(LIST)
    status, _ = await family.reads(LIST, TEEN)

    assert sorted(spent[MEMBER]) == ["20.00", "40.00", "50.00"]
    assert spent[SPOUSE] == ["30.00"]
    assert answer["totals"]["amount_spent"] == "110.00"  # the spouse's is not even counted
    assert status == 404  # nobody of 15 has an access of the own


async def test_from_the_16th_birthday_on_a_teenagers_lines_are_the_own_ones(contracts: OpenContracts):
    family = await a_family(contracts)
    await a_line_each(family)
    clock = contracts.service.foundation.clock
    assert isinstance(clock, FixedClock)
    clock.instant = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
    before = await family.list_of(LIST)
    clock.instant = datetime(2026, 11, 30, 23, 1, tzinfo=UTC)  # midnight in Paris
    after, own = await family.list_of(LIST), await family.list_of(LIST, TEEN)
    status, _ = await family.reads(f"{LIST}?person={family.ids[TEEN]}")

    assert [len(before), len(after), len(own), status] == [3, 2, 1, 404]


async def test_answers_have_the_fields_that_the_description_of_the_api_promises(contracts: OpenContracts):
    family = await a_family(contracts)
    await bring(contracts, reimbursement_line(family.number, "1"))
    await bring(contracts, reimbursement_line(family.number, "1", revision=2))
    await bring(contracts, contribution_line(family.number, "C1"), kind="contributions")
    [line], [statement] = await family.list_of(LIST), await family.list_of("/v1/me/statements")
    promised: list[tuple[str, type[BaseModel]]] = [
        (LIST, ReimbursementList),
        (f"{LIST}/{line['id']}", WholeReimbursement),
        ("/v1/me/statements", StatementList),
        (f"/v1/me/statements/{statement['id']}", WholeStatement),
        ("/v1/me/contributions", ContributionList),
    ]
    for path, model in promised:
        _, answer = await family.reads(path)

        assert model.model_validate_json(json.dumps(answer)).model_dump(mode="json") == answer


async def test_filters_and_totals_go_together(contracts: OpenContracts):
    family = await a_family(contracts)
    await a_line_each(family)
    await bring(contracts, reimbursement_line(family.number, "old", care_date="2024-02-29", birth_date=CHILD))
    _, of_year = await family.reads(f"{LIST}?year=2024")
    _, of_child = await family.reads(f"{LIST}?person={family.ids[CHILD]}")
    _, of_nothing = await family.reads(f"{LIST}?year=2019&person={family.ids[CHILD]}")

    assert [len(one["items"]) for one in (of_year, of_child, of_nothing)] == [1, 2, 0]
    assert [one["totals"]["amount_spent"] for one in (of_year, of_child, of_nothing)] == ["30.00", "80.00", "0.00"]


async def test_pages_neither_skip_nor_repeat_a_line_while_lines_are_added(contracts: OpenContracts):
    family = await a_family(contracts)
    people = (MEMBER, TEEN, CHILD)
    lines = [
        reimbursement_line(
            family.number, str(n), birth_date=people[n % 3], care_date=f"20{20 + n % 5}-{n % 12 + 1:02}-01"
        )
        for n in range(40)
    ]
    await bring(contracts, *lines)
    _, first = await family.reads(f"{LIST}?limit=15")
    await bring(contracts, *(reimbursement_line(family.number, f"new-{n}", care_date="2026-11-01") for n in range(3)))
    items, cursor = list(first["items"]), first["next"]
    while cursor is not None:
        _, page = await family.reads(f"{LIST}?limit=15&cursor={cursor}")
        items, cursor = items + page["items"], page["next"]
    order = [(one["care_date"], one["id"]) for one in items]

    assert len(items) == 40
    assert order == sorted(set(order), reverse=True)


async def test_a_cursor_of_another_list_person_or_filter_is_refused(contracts: OpenContracts):
    family = await a_family(contracts)
    await a_line_each(family)
    _, page = await family.reads(f"{LIST}?limit=1")
    cursor = page["next"]
    asked = [
        (f"{LIST}?year=2026&cursor={cursor}", MEMBER),
        (f"{LIST}?person={family.ids[MEMBER]}&cursor={cursor}", MEMBER),
        (f"{LIST}?cursor={cursor}", SPOUSE),
        (f"/v1/me/statements?cursor={cursor}", MEMBER),
        (f"/v1/me/contributions?cursor={cursor}", MEMBER),
    ]
    answers = [await family.reads(path, person) for path, person in asked]

    assert [(status, answer["fields"][0]["code"]) for status, answer in answers] == [(422, "invalid-cursor")] * 5


async def test_one_line_is_shown_with_what_it_said_before_but_not_with_what_was_somebody_elses(
    contracts: OpenContracts,
):
    family = await a_family(contracts)
    line = reimbursement_line(family.number, "1", birth_date=SPOUSE)
    await bring(contracts, line)
    await bring(contracts, line | {"revision": 2, "beneficiary": {"birth_date": MEMBER, "birth_rank": 1}})
    changed = line | {"revision": 5, "care_date": "2024-10-06", "beneficiary": {"birth_date": MEMBER, "birth_rank": 1}}
    await bring(contracts, changed)
    [shown] = await family.list_of(LIST)
    status, whole = await family.reads(f"{LIST}/{shown['id']}")
    denied, _ = await family.reads(f"{LIST}/{shown['id']}", SPOUSE)

    assert (status, whole["revision"], whole["care_date"]) == (200, 5, "2024-10-06")
    assert [(one["revision"], one["care_date"]) for one in whole["revisions"]] == [(2, "2026-10-06")]
    assert denied == 404  # it is not the spouse's any more


async def test_nobody_reads_lines_by_another_persons_id_or_brand(contracts: OpenContracts):
    family, other = await a_family(contracts), await a_family(contracts, 412308)
    await a_line_each(family)
    [line, *_] = await family.list_of(LIST)
    asked = [
        await other.reads(f"{LIST}/{line['id']}"),
        await other.reads(f"{LIST}?person={family.ids[MEMBER]}"),
        await family.reads(f"{LIST}?person={family.ids[SPOUSE]}"),
        await family.reads(f"{LIST}/{uuid4()}"),
        await contracts.get(LIST, contracts.member(family.ids[MEMBER], "safiag")),
    ]

    assert [(status, answer["code"]) for status, answer in asked] == [(404, "not-found")] * 5
    assert await other.list_of(LIST) == []


async def test_an_ex_member_reads_on(contracts: OpenContracts):
    family = await a_family(contracts)
    await a_line_each(family)
    paths = [LIST, "/v1/me/statements", "/v1/me/contributions", "/v1/me/yearly-counters"]

    assert [(await family.reads(path, scope="member.read"))[0] for path in paths] == [200] * 4


async def test_yearly_counters_count_each_visible_person_and_give_back_what_is_reversed(contracts: OpenContracts):
    family = await a_family(contracts)
    back = {"base": "-30.00", **split(-3000, -1900, -900)}
    later = {"act": "Participation forfaitaire", "base": None, "rate": None}
    lines = [
        *(reimbursement_line(family.number, f"visit-{n}") for n in range(3)),
        reimbursement_line(family.number, "reversal", **back),
        reimbursement_line(family.number, "later", **later, **split(0, -4800, 4800)),
        reimbursement_line(family.number, "minor", birth_date=CHILD),
        reimbursement_line(
            family.number, "box", act="Pharmacie 65 %", base="12.00", rate="65", **split(1200, 680, 420)
        ),
        reimbursement_line(family.number, "before", care_date="2025-12-31"),
    ]
    await bring(contracts, *lines)
    _, answer = await family.reads("/v1/me/yearly-counters")
    _, former = await family.reads("/v1/me/yearly-counters?year=2025")
    used = {one["person_id"]: (one["flat_contributions"], one["deductibles"]) for one in answer["items"]}
    nothing = {"used": "0.00", "cap": "50.00"}

    assert answer["year"] == 2026
    assert list(used) == [str(family.ids[born]) for born in (MEMBER, TEEN, CHILD)]
    assert used[str(family.ids[MEMBER])] == ({"used": "50.00", "cap": "50.00"}, {"used": "1.00", "cap": "50.00"})
    assert used[str(family.ids[CHILD])] == (nothing, nothing)
    assert former["items"][0]["flat_contributions"]["used"] == "2.00"

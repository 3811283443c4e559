"""What the member reads of contributions: the law's way from called to paid, and nothing for beneficiaries."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.support.contracts_fixtures import OpenContracts
from tests.support.money_lines import contribution_line
from tests.support.money_steps import CHILD, SPOUSE, Family, a_family, bring

LIST = "/v1/me/contributions"


async def bring_contributions(family: Family, *lines: dict[str, Any]) -> dict[str, Any]:
    return await bring(family.contracts, *lines, kind="contributions", brand=family.brand)


async def test_a_contribution_is_shown_as_it_was_sent_with_the_totals_of_its_year(contracts: OpenContracts):
    family = await a_family(contracts)
    statuses = ["scheduled", "called", "paid", "unpaid", "formal_notice", "refunded"]
    lines = [
        contribution_line(family.number, f"C{n}", status=status, due_date=f"2026-{n + 1:02}-05", amount=f"{n + 1}.10")
        for n, status in enumerate(statuses)
    ]
    await bring_contributions(family, *lines, contribution_line(family.number, "old", due_date="2025-12-31"))
    _, answer = await family.reads(f"{LIST}?year=2026")
    latest = answer["items"][0]

    assert [one["status"] for one in answer["items"]] == statuses[::-1]
    assert {name: latest[name] for name in latest.keys() - {"id"}} == {
        name: value for name, value in lines[-1].items() if name != "membership_number"
    }
    assert answer["totals"] == {
        "lines": 6,
        "amount": "21.60",
        "called": "20.50",
        "paid": "3.10",
        "unpaid": "9.20",
        "tax_amount": "64.44",
    }


async def test_a_changed_line_replaces_what_was_known_and_an_equal_one_changes_nothing(contracts: OpenContracts):
    family = await a_family(contracts)
    called = contribution_line(family.number, "C1", status="called", paid_on=None)
    counts = [
        (await bring_contributions(family, line))["counts"]
        for line in (called, called, called | {"status": "paid", "due_date": "2027-01-05"})
    ]
    _, answer = await family.reads(LIST)
    _, of_year = await family.reads(f"{LIST}?year=2026")
    former = await contracts.fetch("SELECT status, due_date, version FROM contribution_changes")

    assert counts == [(1, 0, 0), (0, 1, 0), (1, 0, 0)]
    assert [(one["status"], one["due_date"]) for one in answer["items"]] == [("paid", "2027-01-05")]
    assert (answer["totals"]["paid"], of_year["totals"]["lines"]) == ("91.69", 0)
    assert [tuple(row) for row in former] == [("called", date(2026, 11, 5), 1)]


async def test_two_lines_of_one_contribution_in_a_file_count_in_their_order(contracts: OpenContracts):
    family = await a_family(contracts)
    lines = [contribution_line(family.number, "C1", status=status) for status in ("called", "collecting", "paid")]
    report = await bring_contributions(family, *lines)
    _, answer = await family.reads(LIST)
    former = await contracts.fetch("SELECT status FROM contribution_changes ORDER BY version")

    assert report["counts"] == (3, 0, 0)
    assert [one["status"] for one in answer["items"]] == ["paid"]
    assert [row["status"] for row in former] == ["called", "collecting"]


async def test_pages_by_due_date_hold_every_contribution_once(contracts: OpenContracts):
    family = await a_family(contracts)
    days = [date(2024, 1, 5) + timedelta(days=20 * n) for n in range(25)]
    lines = [contribution_line(family.number, f"C{n}", due_date=day.isoformat()) for n, day in enumerate(days)]
    await bring_contributions(family, *lines)
    items = await family.list_of(f"{LIST}?limit=7")

    assert [one["due_date"] for one in items] == [day.isoformat() for day in reversed(days)]


async def test_contributions_are_the_members_alone(contracts: OpenContracts):
    family, other = await a_family(contracts), await a_family(contracts, 412308)
    await bring_contributions(family, contribution_line(family.number, "C1"))
    answers = [await family.reads(LIST, SPOUSE), await family.reads(LIST, CHILD)]

    assert [(status, answer["code"]) for status, answer in answers] == [(404, "not-found")] * 2
    assert await other.list_of(LIST) == []


async def test_a_line_of_an_unknown_member_is_refused_with_its_number(contracts: OpenContracts):
    family = await a_family(contracts)
    lines = [contribution_line(family.number, "C1"), contribution_line("99999999", "C2")]

    assert await bring_contributions(family, *lines) == {
        "counts": (1, 0, 1),
        "refusals": [(2, "membership_number", "unknown-member")],
    }


@pytest.mark.parametrize(
    ("told_before", "due_date", "events"),
    [
        ([], "2026-11-05", 1),
        ([], "2026-09-21", 0),  # more than 60 days ago: the stock that is imported first
        (["collecting"], "2026-09-21", 1),
        (["unpaid"], "2026-11-05", 1),
        (["unpaid", "collecting"], "2026-11-05", 2),  # rejected, collected again, rejected again
        (["formal_notice"], "2026-11-05", 0),  # no news after that
    ],
)
async def test_a_contribution_that_becomes_unpaid_is_told_each_time(
    contracts: OpenContracts, told_before: list[str], due_date: str, events: int
):
    family = await a_family(contracts)
    for status in [*told_before, "unpaid", "unpaid"]:
        await bring_contributions(
            family, contribution_line(family.number, "C1", status=status, due_date=due_date, paid_on=None)
        )
    told = [one for one in await contracts.envelopes() if one.type == "contribution.unpaid.v1"]

    assert len(told) == events
    assert all("91.69" not in str(one.data) and one.sealed is not None for one in told)
    assert {one.data["member_id"] for one in told} <= {str(family.ids["1969-05-17"])}

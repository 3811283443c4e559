"""Former members: told two months before their space is closed, and gone when their time has passed (L221-6-6, GDPR art. 5)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from contracts_service.store.purges import REMOVALS
from contracts_service.usecases.announce_removals import announce_removals
from contracts_service.usecases.purge_members import purge_members

from tests.support.chosen_email_steps import enrolled
from tests.support.contracts_fixtures import FixedClock, OpenContracts, enrolment_line, ndjson
from tests.support.termination_steps import at, decided, evidence_of, sent

END = date(2026, 11, 30)
LINE = enrolment_line()
FORMER = LINE | {"contract": LINE["contract"] | {"end_date": END.isoformat()}}


def on(day: date) -> datetime:
    """Return noon in Paris, in winter."""
    return datetime(day.year, day.month, day.day, 11, tzinfo=UTC)


async def pass_to(contracts: OpenContracts, day: date) -> None:
    """Let the loops work at noon of a day."""
    clock = contracts.service.foundation.clock
    assert isinstance(clock, FixedClock)
    clock.instant = on(day)
    await announce_removals(contracts.service)
    await purge_members(contracts.service)


async def told(contracts: OpenContracts) -> list[tuple[str, Any]]:
    """Return what was published of removals: type, and until when or of whom."""
    found = [one for one in await contracts.envelopes() if one.type.startswith(("removal.", "member.removed"))]
    return [(one.type, one.data.get("access_until") or one.data["member_id"]) for one in found]


async def rows_left(contracts: OpenContracts) -> dict[str, int]:
    """Return how many rows each table of a member still has."""
    counts = {table: (await contracts.fetch(f"SELECT count(*) AS n FROM {table}"))[0]["n"] for table in REMOVALS}
    return {table: count for table, count in counts.items() if count}


async def test_a_former_member_is_told_two_months_before_and_leaves_nothing_after_five_years(
    contracts: OpenContracts,
) -> None:
    member_id = await enrolled(contracts, FORMER)
    await contracts.execute("UPDATE beneficiaries SET told_version = 3")
    (son,) = await contracts.fetch("SELECT id FROM beneficiaries")
    await pass_to(contracts, date(2031, 9, 19))
    early = await told(contracts)
    await pass_to(contracts, date(2031, 9, 20))
    await pass_to(contracts, date(2031, 9, 21))
    announced = await told(contracts)
    await pass_to(contracts, date(2031, 11, 30))
    last_day = await rows_left(contracts)
    await pass_to(contracts, date(2031, 12, 1))
    journal = [dict(row) for row in await contracts.fetch("SELECT rule, member_id, removed FROM purge_journal")]

    assert early == []
    assert announced == [("removal.announced.v1", "2031-11-30")]
    assert last_day["members"] == 1
    assert await rows_left(contracts) == {}
    assert (await told(contracts))[1:] == [("member.removed.v1", str(member_id)), ("member.removed.v1", str(son["id"]))]
    assert journal[0]["rule"] == "former-member"
    assert journal[0]["removed"] == {"removal_notices": 1, "beneficiaries": 1, "contracts": 1, "members": 1}


async def test_a_file_that_still_tells_a_former_contract_does_not_bring_its_member_back(
    contracts: OpenContracts,
) -> None:
    await enrolled(contracts, FORMER)
    await pass_to(contracts, date(2031, 9, 20))
    await pass_to(contracts, date(2031, 12, 1))
    _, again = await contracts.send(ndjson([FORMER]))
    _, anew = await contracts.send(ndjson([LINE | {"contract": LINE["contract"] | {"effective_date": "2031-12-01"}}]))

    assert (again["accepted"], again["unchanged"]) == (0, 1)
    assert (anew["accepted"], anew["unchanged"]) == (1, 0)
    assert len(await contracts.fetch("SELECT FROM members")) == 1


async def test_nobody_leaves_before_two_months_have_passed_since_it_was_told(contracts: OpenContracts) -> None:
    await enrolled(contracts, FORMER)
    await pass_to(contracts, date(2031, 11, 20))  # the service was down for two months
    await pass_to(contracts, date(2031, 12, 1))
    still = await rows_left(contracts)
    await pass_to(contracts, date(2032, 1, 20))

    assert still["members"] == 1
    assert await rows_left(contracts) == {}


async def test_who_came_with_an_access_that_had_ended_is_not_told_and_leaves_quietly(contracts: OpenContracts) -> None:
    old = LINE | {"contract": LINE["contract"] | {"end_date": "2020-08-19"}}
    await enrolled(contracts, old)
    today = date(2026, 11, 21)
    await pass_to(contracts, today + timedelta(days=29))
    before = await rows_left(contracts)
    await pass_to(contracts, today + timedelta(days=30))

    assert before["members"] == 1
    assert await rows_left(contracts) == {}
    assert [kind for kind, _ in await told(contracts)] == ["member.removed.v1"]


@pytest.mark.parametrize("end_date", [None, "2027-03-31"], ids=["taken back", "put off"])
async def test_an_end_that_is_corrected_in_between_is_looked_at_again(
    contracts: OpenContracts, end_date: str | None
) -> None:
    await enrolled(contracts, FORMER)
    await pass_to(contracts, date(2031, 9, 20))
    await contracts.send(ndjson([LINE | {"contract": LINE["contract"] | {"end_date": end_date}}]))
    await pass_to(contracts, date(2031, 12, 1))
    kept = await rows_left(contracts)
    await pass_to(contracts, date(2032, 2, 1))

    assert kept["members"] == 1
    assert await told(contracts) == [("removal.announced.v1", "2031-11-30")] + (
        [("removal.announced.v1", "2032-03-31")] if end_date else []
    )


async def test_a_request_that_anybody_sends_about_a_contract_that_is_over_keeps_nobody(
    contracts: OpenContracts,
) -> None:
    old = LINE | {"contract": LINE["contract"] | {"end_date": "2020-08-19"}}
    await enrolled(contracts, old)
    request = await sent(contracts, LINE["membership_number"])
    await decided(contracts)
    state = (await evidence_of(contracts, request))["state"]
    today = date(2026, 11, 21)
    await pass_to(contracts, today + timedelta(days=1))
    await pass_to(contracts, today + timedelta(days=31))

    assert state == "not_open"
    assert await rows_left(contracts) == {}


async def test_the_evidence_of_what_has_ended_a_contract_stays_five_years(contracts: OpenContracts) -> None:
    await enrolled(contracts, LINE)
    request = await sent(contracts, LINE["membership_number"])
    await decided(contracts)
    with pytest.raises(asyncpg.RaiseError, match="the evidence of a termination is kept"):
        await contracts.execute(f"DELETE FROM terminations WHERE id = '{request}'")

    assert (await evidence_of(contracts, request))["ends_contract"] is True


async def test_a_request_in_which_nobody_was_recognised_leaves_after_five_years(contracts: OpenContracts) -> None:
    stranger = "99999997"
    at(contracts, datetime(2020, 3, 2, 9, tzinfo=UTC))
    old = await sent(contracts, stranger)
    at(contracts, datetime(2026, 11, 21, 9, tzinfo=UTC))
    young = await sent(contracts, stranger)
    await decided(contracts)
    await purge_members(contracts.service)
    kept = [(str(row["id"]), row["state"]) for row in await contracts.fetch("SELECT id, state FROM terminations")]

    assert old != young
    assert kept == [(young, "to_identify")]

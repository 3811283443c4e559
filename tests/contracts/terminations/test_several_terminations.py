"""Several terminations of one contract, and the back office's file beside them: what is undone, and what stands."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.contracts_fixtures import OpenContracts
from tests.support.termination_steps import ME, Somebody, a_member, at, call, cancellations, decided, evidence_of, sent

STAFF = "/v1/mgas/staff/terminations"


async def contested(member: Somebody, termination_id: str) -> str | None:
    """Return the contract's last day after a contestation, as it is published."""
    status, answer = await member.call("POST", f"{ME}/{termination_id}/contestation")
    assert (status, answer["state"]) == (200, "contested")
    (told,) = await cancellations(member.contracts, termination_id)
    assert told["end_date"] == await member.end_date()
    return await member.end_date()


async def cancelled(member: Somebody, termination_id: str) -> str | None:
    """Return the contract's last day after an adviser has cancelled a termination."""
    staff = member.contracts.staff(role="adviser")
    status, answer = await call(
        member.contracts, "POST", f"{STAFF}/{termination_id}/cancellation", {"reason": "Saisie en double."}, staff
    )
    assert status == 200, answer
    return await member.end_date()


async def from_anybody(space: OpenContracts, member: Somebody, motive: str) -> str:
    await space.execute("TRUNCATE public_calls")
    termination_id = await sent(space, member.number, motive=motive)
    await decided(space)
    return termination_id


def receipt(answer: dict[str, Any]) -> tuple[Any, ...]:
    return answer["state"], answer["receipt"]["effective_date"], answer["receipt"]["reason"]


async def test_ones_own_termination_stands_when_somebody_elses_is_contested(
    space: OpenContracts, member: Somebody
) -> None:
    theirs = await from_anybody(space, member, "infra_annual")
    at(space, datetime(2026, 11, 24, 9, tzinfo=UTC))
    own = await member.ended(motive="infra_annual")
    kept = await evidence_of(space, own["id"])

    assert receipt(own) == ("registered", "2026-12-21", "ends-earlier-already")
    assert (str(kept["effective_date"]), kept["reason"], kept["ends_contract"]) == ("2026-12-24", None, False)
    assert await contested(member, theirs) == "2026-12-24"
    assert receipt(await member.shown(own["id"])) == ("registered", "2026-12-24", None)


@pytest.mark.parametrize("first", [0, 1])
async def test_two_terminations_that_are_undone_leave_none(space: OpenContracts, member: Somebody, first: int) -> None:
    ids = [await from_anybody(space, member, motive) for motive in ("infra_annual", "chatel_no_notice")]
    before, left = await member.end_date(), ("2026-11-22", "2026-12-21")[first]

    assert before == "2026-11-22"
    assert await contested(member, ids[first]) == left
    assert await contested(member, ids[1 - first]) is None


async def test_of_two_terminations_the_one_that_was_overtaken_says_which_end_holds(
    space: OpenContracts, member: Somebody
) -> None:
    later = await from_anybody(space, member, "infra_annual")
    await from_anybody(space, member, "chatel_no_notice")

    assert receipt(await member.shown(later)) == ("registered", "2026-11-22", "ends-earlier-already")


@pytest.mark.parametrize("said", [None, "2027-06-30"])
async def test_no_file_takes_a_termination_back_or_puts_it_off(member: Somebody, said: str | None) -> None:
    own = await member.ended(motive="infra_annual")
    await member.imported(end_date="2026-12-21")
    await member.imported(end_date=said, product="Sérénité plus")
    _, contract = await member.call("GET", "/v1/me/contract")

    assert (contract["end_date"], contract["product"]) == ("2026-12-21", "Sérénité plus")
    assert receipt(await member.shown(own["id"])) == ("registered", "2026-12-21", None)
    assert await cancelled(member, own["id"]) == said


async def test_a_file_takes_back_its_own_end_only(space: OpenContracts, number: int) -> None:
    member = await a_member(space, number, end_date="2026-11-30")
    own = await member.ended(motive="infra_annual")
    await member.imported(end_date=None)

    assert receipt(await member.shown(own["id"])) == ("registered", "2026-12-21", None)
    assert await member.end_date() == "2026-12-21"
    await member.imported(end_date="2026-12-10")
    assert receipt(await member.shown(own["id"])) == ("registered", "2026-12-10", "ends-earlier-already")
    assert await cancelled(member, own["id"]) == "2026-12-10"


async def test_a_contract_that_begins_after_a_termination_is_another_one(member: Somebody) -> None:
    own = await member.ended(motive="infra_annual")
    await member.imported(effective_date="2027-03-01")

    assert await member.end_date() is None
    assert await cancelled(member, own["id"]) is None

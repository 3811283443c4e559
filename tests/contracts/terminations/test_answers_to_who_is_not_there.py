"""A request that ends nothing is answered, also to who has no account or has written: the law knows no silent refusal."""

from typing import Any

import pytest

from tests.support.contracts_fixtures import OpenContracts
from tests.support.termination_steps import Somebody, a_member, call, decided, sent

FIRST_YEAR = {"effective_date": "2026-06-08", "renewal_date": "2026-12-31"}
EMPLOYERS = {"kind": "group_mandatory"}
NO_END = "Cette demande ne met pas fin à votre contrat."


async def answers(space: OpenContracts, member: Somebody) -> list[dict[str, Any]]:
    """Return what was told of requests that end nothing, as notifications reads it."""
    told = [one for one in await space.envelopes() if one.type == "termination.answered.v1"]
    mine = [one for one in told if one.data["member_id"] == str(member.id)]
    return [one.data | space.opener("notifications").open(one.sealed) for one in mine]


@pytest.mark.parametrize(
    ("contract", "outcome", "reason", "way"),
    [
        (FIRST_YEAR, "not_open", "no-basis", "Résiliation à tout moment, possible à partir du"),
        (EMPLOYERS, "routed", "employers-contract", "seul votre employeur peut le résilier"),
    ],
)
async def test_who_has_no_account_is_told_why_nothing_ends_and_what_is_open(
    space: OpenContracts, number: int, contract: dict[str, Any], outcome: str, reason: str, way: str
) -> None:
    await space.execute("TRUNCATE public_calls")
    member = await a_member(space, number, **contract)
    request_id = await sent(space, member.number, motive="other", motive_text="Je pars.")
    await decided(space)
    (told,) = await answers(space, member)

    assert (told["termination_id"], told["outcome"], told["reason"]) == (request_id, outcome, reason)
    assert told["explanation"][0] == NO_END
    assert way in " ".join(told["explanation"])
    assert "médiateur" in told["explanation"][-1]


async def test_who_has_written_is_told_too(space: OpenContracts, number: int) -> None:
    member = await a_member(space, number, **EMPLOYERS)
    body = {"channel": "letter", "received_on": "2026-11-20", "membership_number": member.number}
    entered = body | {"motive": "infra_annual", "reason": "Lettre du 18 novembre."}
    status, _ = await call(space, "POST", "/v1/mgas/staff/terminations", entered, space.staff(role="adviser"))

    assert status == 201
    assert [one["outcome"] for one in await answers(space, member)] == ["routed"]


async def test_who_reads_the_answer_on_line_gets_no_message_of_it(space: OpenContracts, number: int) -> None:
    member = await a_member(space, number, **EMPLOYERS)
    answer = await member.ended(motive="infra_annual")

    assert (answer["state"], await answers(space, member)) == ("routed", [])


async def test_what_has_an_effect_is_told_by_its_notice_alone(space: OpenContracts, member: Somebody) -> None:
    await sent(space, member.number)
    await decided(space)

    assert (await member.end_date(), await answers(space, member)) == ("2026-12-21", [])

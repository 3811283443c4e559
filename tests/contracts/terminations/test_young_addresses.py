"""Whoever has stolen a session gives an address of their own, and then ends the contract: that asks for a recent sign-in."""

from tests.support.contracts_fixtures import OpenContracts, ndjson
from tests.support.termination_steps import ME, Answered, Somebody


async def confirmed_by(space: OpenContracts, member: Somebody, minutes: int) -> Answered:
    """Confirm a draft in a session that began so many minutes ago."""
    draft_id = await member.drafted(motive="infra_annual")
    body = {"recap_digest": (await member.shown(draft_id))["recap_digest"]}
    headers = space.member(member.id, member.brand, signed_in_minutes_ago=minutes)
    return await member.call("POST", f"{ME}/{draft_id}/confirmation", body, **headers)


async def test_a_new_address_asks_whoever_ends_the_contract_to_sign_in_again(
    space: OpenContracts, member: Somebody
) -> None:
    address = {**member.line["address"], "street": "1 rue du Voleur"}
    await space.send(ndjson([{**member.line, "address": address}]), member.brand)
    status, problem = await confirmed_by(space, member, 600)
    unchanged = await member.end_date()
    again, _ = await confirmed_by(space, member, 0)

    assert (status, problem["code"], unchanged) == (403, "recent-sign-in-required", None)
    assert (again, await member.end_date()) == (200, "2026-12-21")


async def test_addresses_that_were_always_there_ask_for_nothing_more(space: OpenContracts, member: Somebody) -> None:
    status, _ = await confirmed_by(space, member, 600)

    assert (status, await member.end_date()) == (200, "2026-12-21")

"""Who tries to end somebody else's contract, or to end one twice, or to end what was not read."""

import asyncio
from uuid import uuid4

import pytest

from tests.support.contracts_fixtures import OpenContracts
from tests.support.termination_steps import ME, Somebody, a_member


@pytest.fixture
async def other(space: OpenContracts, number: int) -> Somebody:
    return await a_member(space, number + 50_000)


async def test_other_peoples_ids_open_nothing(space: OpenContracts, member: Somebody, other: Somebody) -> None:
    draft_id = await member.drafted(motive="infra_annual")
    digest = (await member.shown(draft_id))["recap_digest"]
    path = f"{ME}/{draft_id}"
    elsewhere = Somebody(space, member.id, member.number, member.line, "demo")
    found = [
        await thief.call(method, address, body, **headers)
        for thief in (other, elsewhere, Somebody(space, uuid4(), "", {}))
        for method, address, body, headers in (
            ("GET", path, None, {}),
            ("PATCH", path, {"motive": "annual"}, {"If-Match": f'"{digest}"'}),
            ("POST", f"{path}/confirmation", {"recap_digest": digest}, {}),
            ("POST", f"{path}/contestation", None, {}),
        )
    ]

    assert [(status, answer["code"]) for status, answer in found] == [(404, "not-found")] * 12
    assert (await member.shown(draft_id))["state"] == "draft"


async def test_registered_requests_are_as_closed_as_drafts(
    space: OpenContracts, member: Somebody, other: Somebody
) -> None:
    answer = await member.ended(motive="infra_annual")
    path = f"{ME}/{answer['id']}"
    found = [
        await other.call("GET", path),
        await other.call("POST", f"{path}/confirmation", {"recap_digest": answer["recap_digest"]}),
        await other.call("POST", f"{path}/contestation"),
    ]

    assert [status for status, _ in found] == [404, 404, 404]
    assert (await other.call("GET", ME))[1]["items"] == []


async def test_a_beneficiary_does_not_end_the_members_contract(space: OpenContracts, member: Somebody) -> None:
    (child,) = await space.fetch(
        "SELECT beneficiaries.id FROM beneficiaries JOIN contracts ON contracts.id = contract_id WHERE member_id = $1",
        member.id,
    )
    draft_id = await member.drafted(motive="infra_annual")
    beneficiary = Somebody(space, child["id"], "", {})
    found = [
        await beneficiary.call("GET", "/v1/me/termination-terms"),
        await beneficiary.call("POST", ME, {"motive": "infra_annual"}),
        await beneficiary.call("GET", ME),
        await beneficiary.call("GET", f"{ME}/{draft_id}"),
    ]

    assert [status for status, _ in found] == [404] * 4


async def test_an_ex_member_reads_and_begins_nothing(space: OpenContracts, member: Somebody) -> None:
    answer = await member.ended(motive="infra_annual")
    reading = space.member(member.id, scope="member.read")
    status, shown = await member.call("GET", f"{ME}/{answer['id']}", None, **reading)
    begun = await member.call("POST", ME, {"motive": "annual"}, **reading)

    assert (status, shown["state"]) == (200, "registered")
    assert (begun[0], begun[1]["code"]) == (403, "forbidden")


async def test_two_confirmations_at_once_register_one_termination(space: OpenContracts, member: Somebody) -> None:
    draft_id = await member.drafted(motive="infra_annual")
    digest = (await member.shown(draft_id))["recap_digest"]
    answers = await asyncio.gather(*(member.confirmed(draft_id, digest) for _ in range(4)))
    told = [
        one
        for one in await space.envelopes()
        if one.data.get("termination_id") == draft_id and one.type == "termination.registered.v1"
    ]

    assert [status for status, _ in answers] == [200] * 4
    assert all(answer == answers[0][1] for _, answer in answers)
    assert len(told) == 1


async def test_a_confirmation_against_an_edit_is_of_one_of_the_two_recaps(member: Somebody) -> None:
    draft_id = await member.drafted(motive="infra_annual")
    shown = await member.shown(draft_id)
    edit, confirmation = await asyncio.gather(
        member.call("PATCH", f"{ME}/{draft_id}", {"motive": "annual"}, **{"If-Match": shown["etag"]}),
        member.confirmed(draft_id, shown["recap_digest"]),
    )
    ended = await member.end_date()

    # Whoever was first: an edit that was taken makes the confirmation stale, a confirmation leaves nothing to edit.
    assert (edit[0], confirmation[0], ended) in [(200, 409, None), (404, 200, "2026-12-21")]


async def test_a_confirmation_against_a_file_that_ends_the_contract_never_lengthens_it(member: Somebody) -> None:
    draft_id = await member.drafted(motive="infra_annual")
    digest = (await member.shown(draft_id))["recap_digest"]
    _, confirmation = await asyncio.gather(member.imported(end_date="2026-11-30"), member.confirmed(draft_id, digest))

    # The file was first: the recap has changed. The confirmation was first: the file brings an earlier end, which holds.
    assert confirmation[0] in (200, 409)
    assert await member.end_date() == "2026-11-30"


@pytest.mark.parametrize("digest", ["0" * 64, "f" * 63 + "e"])
async def test_a_digest_that_was_not_shown_confirms_nothing(member: Somebody, digest: str) -> None:
    draft_id = await member.drafted(motive="infra_annual")
    status, problem = await member.confirmed(draft_id, digest)

    assert (status, problem["code"]) == (409, "recap-changed")
    assert await member.end_date() is None


async def test_a_former_recap_does_not_confirm_what_was_edited_since(member: Somebody) -> None:
    draft_id = await member.drafted(motive="annual")
    before = await member.shown(draft_id)
    await member.call("PATCH", f"{ME}/{draft_id}", {"motive": "infra_annual"}, **{"If-Match": before["etag"]})
    status, problem = await member.confirmed(draft_id, before["recap_digest"])

    assert (status, problem["recap"]["motive"]["code"]) == (409, "infra_annual")


async def test_an_edit_says_which_draft_it_is_of(member: Somebody) -> None:
    draft_id = await member.drafted(motive="annual")
    path = f"{ME}/{draft_id}"
    found = [
        await member.call("PATCH", path, {"motive": "other"}),
        await member.call("PATCH", path, {"motive": "other"}, **{"If-Match": f'"{"0" * 64}"'}),
        await member.call("PATCH", path, {"motive": None}, **{"If-Match": "*"}),
    ]

    assert [status for status, _ in found] == [428, 412, 422]


async def test_the_same_key_begins_one_draft(member: Somebody) -> None:
    signed_in = {**member.headers, "Idempotency-Key": "k1"}
    answers = [await member.call("POST", ME, {"motive": "annual"}, **signed_in) for _ in range(2)]
    another = await member.call("POST", ME, {"motive": "other", "motive_text": "x"}, **signed_in)

    assert answers[0] == answers[1]
    assert (another[0], another[1]["code"]) == (422, "idempotency-key-reused")


async def test_drafts_that_are_begun_at_once_leave_one(space: OpenContracts, member: Somebody) -> None:
    answers = await asyncio.gather(*(member.call("POST", ME, {"motive": "annual"}) for _ in range(6)))
    rows = await space.fetch("SELECT id FROM termination_drafts WHERE member_id = $1", member.id)

    assert [status for status, _ in answers] == [201] * 6
    assert len(rows) == 1


async def test_a_member_cannot_contest_what_the_member_has_confirmed(member: Somebody) -> None:
    answer = await member.ended(motive="infra_annual")
    status, problem = await member.call("POST", f"{ME}/{answer['id']}/contestation")

    assert (status, problem["code"]) == (409, "termination-not-contestable")
    assert await member.end_date() == "2026-12-21"


async def test_nothing_that_was_entered_is_readable_in_the_database(space: OpenContracts, member: Somebody) -> None:
    canary = "Canari-du-motif"
    await member.ended(motive="other", motive_text=canary, contact={"email": "canari@ailleurs.example"})
    await member.drafted(motive="other", motive_text=canary)
    tables = ("terminations", "termination_drafts", "termination_steps", "idempotency_keys", "staff_deeds", "outbox")
    found = [
        table
        for table in tables
        for row in await space.fetch(f"SELECT to_jsonb(t)::text AS text FROM {table} AS t")
        if canary in row["text"] or "canari@ailleurs" in row["text"]
    ]

    assert found == []

"""A contract is ended without an account: nobody learns whose number it is, and no receipt is lost."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.contracts_fixtures import OpenContracts
from tests.support.termination_steps import (
    ME,
    PUBLIC,
    SECRET,
    Somebody,
    a_member,
    at,
    begun,
    call,
    cancellations,
    confirmed,
    decided,
    evidence_of,
    sent,
)


async def test_a_member_is_recognised_behind_the_answer(space: OpenContracts, member: Somebody) -> None:
    request_id = await sent(space, member.number, first_name="MAELYS CANARINE", last_name="canariensis d'arc")
    before = (await evidence_of(space, request_id))["state"]
    at(space, datetime(2026, 11, 22, 9, tzinfo=UTC))
    await decided(space)
    row = await evidence_of(space, request_id)

    assert (before, row["state"], row["member_id"]) == ("received", "registered", member.id)
    assert row["received_at"] == datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert await member.end_date() == "2026-12-21"  # one month after the receipt, not after the look


@pytest.mark.parametrize(
    "body",
    [
        {"last_name": "Canarienne"},
        {"first_name": "Loïc"},
        {"birth_date": "1969-05-18"},
        {"membership_number": "99999999"},
        {"motive": "death", "event_date": "2026-11-01"},  # an adviser looks at the certificate first
    ],
)
async def test_who_is_not_recognised_waits_for_an_adviser_and_keeps_the_receipt(
    space: OpenContracts, member: Somebody, body: dict[str, Any]
) -> None:
    request_id = await sent(space, member.number, **body)
    at(space, datetime(2026, 12, 15, 9, tzinfo=UTC))
    await decided(space)
    row = await evidence_of(space, request_id)
    given = {"membership_number": member.number, "proof_seen": True, "reason": "Reconnue par téléphone."}
    path = f"/v1/mgas/staff/terminations/{request_id}/identification"
    status, answer = await call(space, "POST", path, given, space.staff(role="adviser"))

    assert (row["state"], row["member_id"], await member.end_date() is None) == ("to_identify", None, False)
    assert row["received_at"] == datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert (status, answer["termination"]["state"]) == (200, "registered")
    assert await member.end_date() == ("2026-11-01" if body.get("motive") == "death" else "2026-12-21")


async def test_a_death_is_not_identified_without_its_certificate(space: OpenContracts, member: Somebody) -> None:
    request_id = await sent(space, member.number, motive="death", event_date="2026-11-01")
    await decided(space)
    path = f"/v1/mgas/staff/terminations/{request_id}/identification"
    body = {"membership_number": member.number, "reason": "Appel de la famille."}
    status, problem = await call(space, "POST", path, body, space.staff())

    assert (status, problem["fields"][0]["field"]) == (422, "proof_seen")
    assert await member.end_date() is None


async def test_a_day_that_anybody_can_type_opens_no_withdrawal_before_a_person_has_looked(
    space: OpenContracts, number: int
) -> None:
    member = await a_member(space, number, effective_date="2026-11-01")
    request_id = await sent(space, member.number, motive="withdrawal", event_date="2026-11-20")
    await decided(space)
    waiting = await evidence_of(space, request_id)
    path = f"/v1/mgas/staff/terminations/{request_id}/identification"
    body = {"membership_number": member.number, "reason": "Appel de la personne."}
    refused, problem = await call(space, "POST", path, body, space.staff())
    accepted, _ = await call(space, "POST", path, {**body, "proof_seen": True}, space.staff())

    assert (waiting["state"], refused, problem["fields"][0]["field"]) == ("to_identify", 422, "proof_seen")
    assert (accepted, await member.end_date()) == (200, "2026-11-21")


async def test_a_withdrawal_that_needs_no_typed_day_waits_for_nobody(space: OpenContracts, number: int) -> None:
    member = await a_member(space, number, effective_date="2026-11-10")
    await sent(space, member.number, motive="withdrawal", event_date="2026-11-20")
    await decided(space)

    assert await member.end_date() == "2026-11-21"


async def test_a_contract_of_seven_years_is_not_withdrawn_from_by_a_typed_day(
    space: OpenContracts, member: Somebody
) -> None:
    request_id = await sent(space, member.number, motive="withdrawal", event_date="2026-11-20")
    await decided(space)
    row = await evidence_of(space, request_id)

    assert (row["motive"], row["requalified"], await member.end_date()) == ("infra_annual", True, "2026-12-21")


async def test_the_answers_are_the_same_for_a_member_and_for_nobody(space: OpenContracts, member: Somebody) -> None:
    answers = []
    for number in (member.number, "99999998"):
        draft = await begun(space, number)
        receipt = await confirmed(space, draft)
        await decided(space)
        again = await call(space, "GET", f"{PUBLIC}/{draft['id']}", None, {SECRET: draft["secret"]})
        own = (draft["id"], draft["recap_digest"], draft["secret"], draft["recap"]["nonce"], number)
        seen = str([draft, receipt, again])
        for word in (*own, draft["etag"]):
            seen = seen.replace(word, "…")
        answers.append(seen)

    assert answers[0] == answers[1]
    assert "effective_date" not in answers[0].replace("'decision': None", "")


async def test_a_recap_without_an_account_shows_nothing_but_what_was_entered(
    space: OpenContracts, member: Somebody
) -> None:
    draft = await begun(space, member.number, contact={"postal": ["1 rue d’Ici", "29200 Brest"]})

    assert draft["recap"]["decision"] is None
    assert draft["recap"]["contract"] == {
        "membership_number": member.number,
        "risk": "Complémentaire santé",
        "product": None,
    }
    assert draft["recap"]["contact"]["postal"] == ["1 rue d’Ici", "29200 Brest"]


async def test_a_draft_is_edited_and_confirmed_as_it_was_read(space: OpenContracts, member: Somebody) -> None:
    draft = await begun(space, member.number)
    headers = {SECRET: draft["secret"], "If-Match": draft["etag"]}
    status, edited = await call(space, "PATCH", f"{PUBLIC}/{draft['id']}", {"last_name": "Œuvrard-Canari"}, headers)
    stale = await confirmed(space, draft)
    late = await call(space, "PATCH", f"{PUBLIC}/{draft['id']}", {"last_name": "Autre"}, headers)
    good = await confirmed(space, draft, edited["recap_digest"])
    await decided(space)

    assert (status, edited["recap"]["person"]["last_name"]) == (200, "Œuvrard-Canari")
    assert (stale[0], stale[1]["code"], stale[1]["recap"]) == (409, "recap-changed", edited["recap"])
    assert (late[0], late[1]["code"]) == (412, "changed-meanwhile")
    assert good[0] == 200
    assert await member.end_date() == "2026-12-21"  # the birth name is a name, too


async def test_without_the_secret_a_request_is_not_there(space: OpenContracts, member: Somebody) -> None:
    draft, other = await begun(space, member.number), await begun(space, member.number)
    path = f"{PUBLIC}/{draft['id']}"
    found = [
        await call(space, "GET", path),
        await call(space, "GET", path, None, {SECRET: other["secret"]}),
        await call(space, "GET", path, None, {SECRET: "é" * 43}),
        await call(space, "GET", path.replace("mgas", "demo"), None, {SECRET: draft["secret"]}),
        await confirmed(space, {**draft, "secret": other["secret"]}),
        await member.call("GET", f"{ME}/{draft['id']}"),
    ]

    assert [(status, answer["code"]) for status, answer in found] == [(404, "not-found")] * 6


async def test_a_typed_address_is_told_only_with_the_receipt_which_is_the_same_for_nobody(
    space: OpenContracts, member: Somebody
) -> None:
    typed = {"contact": {"email": "voleur@ailleurs.example"}}
    requests = [await sent(space, number, **typed) for number in (member.number, "99999997")]
    before = [one for one in await space.envelopes() if one.data.get("termination_id") in requests]
    await decided(space)
    after = [one for one in await space.envelopes() if one.data.get("termination_id") in requests]
    (registered,) = [one for one in after if one.type == "termination.registered.v1"]
    opener = space.opener("notifications")
    whole = [opener.open(one.sealed) for one in before]
    (kept,) = await space.fetch("SELECT email FROM members WHERE id = $1", member.id)

    assert [one.type for one in before] == [
        "termination.received.v1"
    ] * 2  # before anybody has looked whose contract it is
    assert whole == [{"email": "voleur@ailleurs.example"}] * 2
    assert len({str({**one.data, "termination_id": "…"}) for one in before}) == 1
    assert registered.data["termination_id"] == requests[0]
    assert opener.open(registered.sealed)["email"] is None
    assert opener.open(registered.sealed)["holder"]["membership_number"] == member.number
    assert kept["email"] == member.line["email"]  # what is known stays, and that is where the notice goes
    assert "voleur" not in str([one.data for one in after])


async def test_a_member_undoes_what_somebody_else_has_sent(space: OpenContracts, member: Somebody) -> None:
    request_id = await sent(space, member.number)
    await decided(space)
    shown = await member.shown(request_id)
    contested = await member.call("POST", f"{ME}/{request_id}/contestation")
    again = await member.call("POST", f"{ME}/{request_id}/contestation")
    (told,) = await cancellations(space, request_id)

    assert (shown["recap"], shown["receipt"]["contestable_until"]) == (None, "2027-01-20T09:00:00Z")
    assert (contested[0], contested[1]["state"], again) == (200, "contested", contested)
    assert await member.end_date() is None
    assert (await evidence_of(space, request_id))["effective_date"].isoformat() == "2026-12-21"
    assert (told["version"], told["cause"], told["end_date"], told["use"]) == (2, "contested", None, "termination")


async def test_a_contestation_comes_too_late_after_the_brands_days(space: OpenContracts, member: Somebody) -> None:
    request_id = await sent(space, member.number)
    await decided(space)
    at(space, datetime(2027, 1, 20, 9, 0, tzinfo=UTC))
    status, problem = await member.call("POST", f"{ME}/{request_id}/contestation")

    assert (status, problem["code"]) == (409, "termination-not-contestable")
    assert await member.end_date() == "2026-12-21"


async def test_the_first_page_needs_no_account(space: OpenContracts, member: Somebody) -> None:
    status, terms = await call(space, "GET", "/v1/mgas/termination-terms")

    assert status == 200
    assert "death" in [one["code"] for one in terms["motives"]]
    assert "contract" not in terms

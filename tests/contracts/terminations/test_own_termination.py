"""The law's function from the first page to the receipt (code de la mutualité, L221-10-3 and D221-1)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.contracts_fixtures import OpenContracts
from tests.support.termination_steps import ME, Somebody, a_member, at


async def test_the_first_page_recalls_the_law_and_lists_the_motives(member: Somebody) -> None:
    status, terms = await member.call("GET", "/v1/me/termination-terms")
    labels = {one["code"]: one["label"] for one in terms["motives"]}

    assert status == 200
    assert (terms["labels"]["open"], terms["labels"]["confirm"]) == (
        "résilier votre contrat",
        "confirmer ma demande de résiliation",
    )
    assert labels["annual"] == "Résiliation à échéance"
    assert labels["other"] == "Autre motif (à préciser)"
    assert terms["contract"]["membership_number"] == member.number
    assert terms["contract"]["risk"] == "Complémentaire santé"
    assert (terms["open"], terms["turn_to"], terms["draft_id"]) == (True, None, None)
    assert len(terms["terms"]) >= 5
    assert all("{" not in one["text"] for one in terms["terms"])


async def test_a_draft_is_verified_changed_and_confirmed(member: Somebody) -> None:
    draft_id = await member.drafted(motive="infra_annual", contact={"email": "moi@Ailleurs.example"})
    shown = await member.shown(draft_id)
    status, changed = await member.call(
        "PATCH", f"{ME}/{draft_id}", {"motive": "other", "motive_text": "Je pars."}, **{"If-Match": shown["etag"]}
    )
    confirmed, answer = await member.confirmed(draft_id)
    receipt = answer["receipt"]

    assert shown["recap"]["decision"]["effective_date"] == "2026-12-21"
    assert status == 200
    assert changed["recap"]["motive"]["text"] == "Je pars."
    assert changed["recap"]["contact"]["email"] == "moi@ailleurs.example"
    assert changed["recap"]["decision"]["requalified"] is True
    assert (confirmed, answer["state"]) == (200, "registered")
    assert (receipt["received_at"], receipt["effective_date"], receipt["refund_by"]) == (
        "2026-11-21T09:00:00Z",
        "2026-12-21",
        "2027-01-20",
    )
    assert any("21\u00a0décembre\u00a02026" in one for one in receipt["explanation"])
    assert await member.end_date() == "2026-12-21"
    assert (await member.shown(draft_id))["recap"] == changed["recap"]


async def test_a_confirmation_that_comes_twice_is_one(member: Somebody, space: OpenContracts) -> None:
    draft_id = await member.drafted(motive="infra_annual")
    digest = (await member.shown(draft_id))["recap_digest"]
    first = await member.confirmed(draft_id, digest)
    at(space, datetime(2026, 11, 25, 9, tzinfo=UTC))
    second = await member.confirmed(draft_id, digest)
    told = [one for one in await events(space, member) if one.type == "termination.registered.v1"]

    assert first == second
    assert len(told) == 1


async def test_a_day_that_begins_between_recap_and_confirmation_changes_the_recap(
    member: Somebody, space: OpenContracts
) -> None:
    at(space, datetime(2026, 11, 21, 22, 59, tzinfo=UTC))
    draft_id = await member.drafted(motive="infra_annual")
    before = await member.shown(draft_id)
    at(space, datetime(2026, 11, 21, 23, 0, tzinfo=UTC))  # midnight in Paris
    status, problem = await member.confirmed(draft_id, before["recap_digest"])

    assert (status, problem["code"]) == (409, "recap-changed")
    assert problem["recap"]["decision"]["effective_date"] == "2026-12-22"
    assert (await member.end_date()) is None
    assert (await member.confirmed(draft_id, problem["recap_digest"]))[0] == 200


async def test_a_day_that_changes_nothing_asks_for_nothing(member: Somebody, space: OpenContracts) -> None:
    at(space, datetime(2026, 9, 21, 9, tzinfo=UTC))
    draft_id = await member.drafted(motive="annual")
    digest = (await member.shown(draft_id))["recap_digest"]
    at(space, datetime(2026, 9, 25, 9, tzinfo=UTC))
    status, answer = await member.confirmed(draft_id, digest)

    assert (status, answer["receipt"]["effective_date"]) == (200, "2026-12-31")


async def test_a_second_draft_takes_the_place_of_the_first(member: Somebody) -> None:
    first = await member.drafted(motive="annual")
    second = await member.drafted(motive="infra_annual")
    _, terms = await member.call("GET", "/v1/me/termination-terms")

    assert (await member.call("GET", f"{ME}/{first}"))[0] == 404
    assert terms["draft_id"] == second


async def test_a_draft_lapses(member: Somebody, space: OpenContracts) -> None:
    draft_id = await member.drafted(motive="annual")
    at(space, datetime(2026, 12, 21, 9, 0, tzinfo=UTC))

    assert (await member.call("GET", f"{ME}/{draft_id}"))[0] == 404


async def test_the_event_says_all_that_the_notice_needs(member: Somebody, space: OpenContracts) -> None:
    answer = await member.ended(motive="other", motive_text="Je pars.", contact={"email": "moi@ailleurs.example"})
    found = await events(space, member)
    told, changed = found[-2:]
    whole = space.opener("documents").open(told.sealed)

    assert (told.type, changed.type) == ("termination.registered.v1", "member.changed.v1")
    assert told.data == {
        "version": 1,
        "member_id": str(member.id),
        "brand": "mgas",
        "termination_id": answer["id"],
        "received_at": "2026-11-21T09:00:00Z",
        "effective_date": "2026-12-21",
        "use": "termination",
        "requalified": True,
        "product": "Sérénité",
        "refund_by": "2027-01-20",
    }
    assert (whole["motive"], whole["email"]) == ("other", "moi@ailleurs.example")
    assert whole["holder"]["membership_number"] == member.number
    assert changed.data["end_date"] == "2026-12-21"


async def events(space: OpenContracts, member: Somebody) -> list[Any]:
    return [one for one in await space.envelopes() if one.data.get("member_id") == str(member.id)]


async def test_a_file_that_knows_of_no_end_does_not_revive_the_contract(member: Somebody) -> None:
    await member.ended(motive="infra_annual")
    await member.imported(product="Sérénité plus")
    kept = await member.end_date()
    await member.imported(end_date="2026-12-18")

    assert kept == "2026-12-21"
    assert await member.end_date() == "2026-12-18"


async def test_an_earlier_end_that_is_known_stays(space: OpenContracts, number: int) -> None:
    member = await a_member(space, number, end_date="2026-11-30")
    answer = await member.ended(motive="infra_annual")

    assert answer["receipt"]["effective_date"] == "2026-11-30"
    assert answer["receipt"]["reason"] == "ends-earlier-already"
    assert await member.end_date() == "2026-11-30"


async def test_a_mandatory_group_contract_is_told_to_turn_to_the_employer(space: OpenContracts, number: int) -> None:
    member = await a_member(space, number, kind="group_mandatory")
    _, terms = await member.call("GET", "/v1/me/termination-terms")
    answer = await member.ended(motive="infra_annual")

    assert terms["open"] is False
    assert "employeur" in terms["turn_to"]
    assert (answer["state"], answer["receipt"]["effective_date"]) == ("routed", None)
    assert any("employeur" in one for one in answer["receipt"]["explanation"])
    assert await member.end_date() is None


async def test_in_the_first_year_the_member_is_told_what_is_open_instead(space: OpenContracts, number: int) -> None:
    member = await a_member(space, number, effective_date="2026-06-08")
    shown = await member.shown(await member.drafted(motive="infra_annual"))

    assert shown["recap"]["decision"]["outcome"] == "not_open"
    assert [(one["motive"], one["effective_date"], one["from_date"]) for one in shown["alternatives"]] == [
        ("infra_annual", "2027-07-08", "2027-06-08"),
        ("annual", "2027-12-31", None),
    ]


async def test_a_withdrawal_is_the_same_function_with_another_name(space: OpenContracts, number: int) -> None:
    member = await a_member(space, number, effective_date="2026-11-10")
    _, terms = await member.call("GET", "/v1/me/termination-terms")
    answer = await member.ended(motive="withdrawal")
    told = [one for one in await events(space, member) if one.type == "termination.registered.v1"]

    assert terms["labels"]["open_withdrawal"] == "se rétracter"
    assert (answer["use"], answer["receipt"]["effective_date"]) == ("withdrawal", "2026-11-21")
    assert told[0].data["use"] == "withdrawal"


async def test_a_withdrawal_that_comes_too_late_is_confirmed_as_the_termination_that_it_becomes(
    member: Somebody,
) -> None:
    answer = await member.ended(motive="withdrawal")

    assert (answer["use"], answer["receipt"]["motive"]) == ("termination", "infra_annual")
    assert answer["receipt"]["requalified"]


async def test_requests_are_listed_newest_first(member: Somebody, space: OpenContracts) -> None:
    first = await member.ended(motive="annual")
    at(space, datetime(2026, 11, 22, 9, tzinfo=UTC))
    second = await member.ended(motive="infra_annual")
    _, page = await member.call("GET", f"{ME}?limit=1")
    _, rest = await member.call("GET", f"{ME}?limit=1&cursor={page['next']}")

    assert [one["id"] for one in page["items"] + rest["items"]] == [second["id"], first["id"]]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"motive": "death", "event_date": "2026-11-01"}, "motive", "not-offered"),
        ({"motive": "unpaid"}, "motive", "not-offered"),
        ({"motive": "other"}, "motive_text", "needed-for-this"),
        ({"motive": "situation_change", "event_date": "2026-11-01"}, "event_kind", "needed-for-this"),
        ({"motive": "infra_annual", "event_date": "2026-11-01"}, "event_date", "not-expected"),
        ({"motive": "annual", "requested_date": "2026-11-20"}, "requested_date", "date-in-past"),
        ({"motive": "css", "event_date": "2031-01-01"}, "event_date", "too-far"),
        ({"motive": "annual", "contact": {"email": "non"}}, "contact.email", "invalid-email"),
        ({"motive": "annual", "contact": {"email": "a@b.example", "phone": "0612345678"}}, "contact", "one-contact"),
        ({"motive": "other", "motive_text": "x" * 1001}, "motive_text", "too-long"),
        ({"motive": "other", "motive_text": " "}, "motive_text", "too-short"),
        ({"motive": "whim"}, "motive", "unknown-value"),
    ],
)
async def test_what_is_missing_or_wrong_is_told_by_field(
    member: Somebody, body: dict[str, Any], field: str, code: str
) -> None:
    status, problem = await member.call("POST", ME, body)

    assert status == 422
    assert (field, code) in [(one["field"], one["code"]) for one in problem["fields"]]

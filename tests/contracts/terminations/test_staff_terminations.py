"""What the back office enters: letters, other insurers, what is unpaid; and what it undoes."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.support.contracts_fixtures import OpenContracts
from tests.support.termination_steps import (
    ME,
    Answered,
    Somebody,
    a_member,
    at,
    call,
    cancellations,
    decided,
    evidence_of,
    sent,
)

PATH = "/v1/mgas/staff/terminations"
WHY = {"reason": "Courrier du 16 novembre."}


async def entered(space: OpenContracts, member: Somebody, **body: Any) -> Answered:
    every = {"membership_number": member.number, **WHY, **body}
    return await call(space, "POST", PATH, every, space.staff())


@pytest.mark.parametrize("channel", ["letter", "email", "declaration", "extrajudicial"])
async def test_a_request_counts_from_the_day_on_which_it_came(
    space: OpenContracts, member: Somebody, channel: str
) -> None:
    status, answer = await entered(space, member, channel=channel, motive="infra_annual", received_on="2026-11-16")
    row = await evidence_of(space, answer["termination"]["id"])
    (deed,) = await space.fetch("SELECT kind, member_id FROM staff_deeds WHERE object_id = $1", row["id"])

    assert (status, answer["termination"]["receipt"]["effective_date"]) == (201, "2026-12-16")
    assert row["received_at"] == datetime(2026, 11, 15, 23, tzinfo=UTC)  # midnight in Paris
    assert (deed["kind"], deed["member_id"]) == ("termination_registered", member.id)
    assert await member.end_date() == "2026-12-16"


async def test_a_denunciation_by_letter_counts_from_its_postmark(space: OpenContracts, member: Somebody) -> None:
    _, answer = await entered(
        space, member, channel="letter", motive="annual", received_on="2026-11-03", sent_on="2026-10-31"
    )

    assert answer["termination"]["receipt"]["effective_date"] == "2026-12-31"


async def test_another_insurer_is_presumed_to_be_heard_on_the_next_day_and_covers_from_the_day_after(
    space: OpenContracts, member: Somebody
) -> None:
    insurer = {"name": "Mutuelle Autre", "reference": "R-42", "express_request": True}
    status, answer = await entered(
        space, member, channel="replacement_insurer", motive="infra_annual", sent_on="2026-11-20", insurer=insurer
    )

    assert status == 201
    assert answer["termination"]["receipt"]["effective_date"] == "2026-12-21"  # R221-6, III: received on the 21st
    assert answer["new_cover_from"] == "2026-12-22"


async def test_the_mutual_ends_what_is_unpaid_only_when_the_days_have_passed(
    space: OpenContracts, member: Somebody
) -> None:
    days = {"due_date": "2026-10-01", "formal_notice_on": "2026-10-13"}
    early = await entered(space, member, channel="mutual", motive="unpaid", **days)
    before = await member.end_date()
    at(space, datetime(2026, 11, 22, 9, tzinfo=UTC))
    late = await entered(space, member, channel="mutual", motive="unpaid", **days)
    rows = await space.fetch("SELECT id FROM terminations WHERE member_id = $1", member.id)

    assert (early[0], early[1]["code"], early[1]["reason"], before) == (
        409,
        "termination-without-effect",
        "termination-too-early",
        None,
    )
    assert (late[0], await member.end_date(), len(rows)) == (201, "2026-11-22", 1)


async def test_a_death_ends_the_contract_backwards(space: OpenContracts, member: Somebody) -> None:
    _, answer = await entered(
        space,
        member,
        channel="letter",
        motive="death",
        event_date="2026-09-03",
        received_on="2026-11-20",
        proof_seen=True,
    )

    assert answer["termination"]["receipt"]["effective_date"] == "2026-09-03"
    assert await member.end_date() == "2026-09-03"


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"channel": "phone", "motive": "infra_annual"}, "channel", "unknown-value"),
        ({"channel": "letter", "motive": "infra_annual"}, "received_on", "needed-for-this"),
        (
            {"channel": "letter", "motive": "infra_annual", "received_on": "2026-11-22"},
            "received_on",
            "date-in-future",
        ),
        ({"channel": "letter", "motive": "unpaid", "received_on": "2026-11-20"}, "motive", "not-offered"),
        ({"channel": "mutual", "motive": "infra_annual"}, "motive", "not-offered"),
        ({"channel": "replacement_insurer", "motive": "infra_annual"}, "insurer", "needed-for-this"),
        (
            {"channel": "letter", "motive": "death", "event_date": "2026-11-01", "received_on": "2026-11-20"},
            "proof_seen",
            "needed-for-this",
        ),
        (
            {
                "channel": "replacement_insurer",
                "motive": "infra_annual",
                "sent_on": "2026-11-20",
                "insurer": {"name": "Autre", "express_request": False},
            },
            "insurer.express_request",
            "unknown-value",
        ),
        (
            {
                "channel": "letter",
                "motive": "infra_annual",
                "received_on": "2026-11-20",
                "membership_number": "99999997",
            },
            "membership_number",
            "unknown-membership-number",
        ),
    ],
)
async def test_what_does_not_fit_is_told_by_field(
    space: OpenContracts, member: Somebody, body: dict[str, Any], field: str, code: str
) -> None:
    status, problem = await entered(space, member, **body)

    assert status == 422
    assert (field, code) in [(one["field"], one["code"]) for one in problem["fields"]]


async def test_what_was_not_meant_is_cancelled_and_the_former_end_comes_back(space: OpenContracts, number: int) -> None:
    member = await a_member(space, number, end_date="2027-03-31")
    _, answer = await entered(space, member, channel="letter", motive="infra_annual", received_on="2026-11-16")
    request_id, ended = answer["termination"]["id"], await member.end_date()
    path = f"{PATH}/{request_id}/cancellation"
    first = await call(space, "POST", path, WHY, space.staff(role="adviser"))
    second = await call(space, "POST", path, WHY, space.staff(role="adviser"))

    assert ended == "2026-12-16"
    assert (first[0], first[1]["termination"]["state"]) == (200, "cancelled")
    assert (second[0], second[1]["code"]) == (409, "termination-not-open-to-this")
    assert await member.end_date() == "2027-03-31"
    assert [(one["cause"], one["end_date"]) for one in await cancellations(space, request_id)] == [
        ("cancelled", "2027-03-31")
    ]


async def test_of_a_request_without_effect_nothing_is_told_when_it_is_cancelled(
    space: OpenContracts, member: Somebody
) -> None:
    request_id = await sent(space, "99999996")
    await decided(space)
    status, _ = await call(space, "POST", f"{PATH}/{request_id}/cancellation", WHY, space.staff())

    assert (status, await cancellations(space, request_id)) == (200, [])


async def test_an_end_that_was_given_meanwhile_stays_when_a_termination_is_cancelled(
    space: OpenContracts, member: Somebody
) -> None:
    _, answer = await entered(space, member, channel="letter", motive="infra_annual", received_on="2026-11-16")
    await member.imported(end_date="2026-12-10")
    await call(space, "POST", f"{PATH}/{answer['termination']['id']}/cancellation", WHY, space.staff())

    assert await member.end_date() == "2026-12-10"


async def test_the_list_says_nothing_of_people_and_a_look_is_a_deed(space: OpenContracts, member: Somebody) -> None:
    answer = await member.ended(motive="other", motive_text="Je pars vivre au Québec.")
    _, page = await call(space, "GET", f"{PATH}?state=registered&limit=100", None, space.staff())
    _, viewed = await call(space, "GET", f"{PATH}/{answer['id']}", None, space.staff())
    deeds = await space.fetch("SELECT kind FROM staff_deeds WHERE object_id = $1", UUID(answer["id"]))

    assert answer["id"] in [one["id"] for one in page["items"]]
    assert "Québec" not in str(page)
    assert viewed["entry"]["motive_text"] == "Je pars vivre au Québec."
    assert {(one["kind"], one["done_by"]) for one in viewed["steps"]} == {
        ("received", "member"),
        ("decided", "service"),
    }
    assert [one["kind"] for one in deeds] == ["termination_viewed"]


async def test_a_renewal_notice_that_was_recorded_counts_where_the_brand_says_so(
    space: OpenContracts, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await a_member(space, number)
    body = {
        "renewal_date": "2025-12-31",
        "sent_on": "2025-10-01",
        "membership_numbers": [member.number, "99999996"],
        **WHY,
    }
    status, answer = await call(space, "POST", "/v1/mgas/staff/renewal-notices", body, space.staff())
    unproven = await member.shown(await member.drafted(motive="chatel_no_notice"))
    policy = space.service.brands["mgas"]
    known = policy.model_copy(update={"termination": policy.termination.model_copy(update={"notices_known": True})})
    monkeypatch.setitem(space.service.brands, "mgas", known)
    proven = await member.shown(await member.drafted(motive="chatel_no_notice"))

    assert (status, answer) == (200, {"recorded": 1, "unknown": ["99999996"]})
    assert unproven["recap"]["decision"]["effective_date"] == "2026-11-22"
    assert (proven["recap"]["decision"]["motive"], proven["recap"]["decision"]["effective_date"]) == (
        "chatel_no_notice",
        "2026-12-31",
    )


async def test_only_staff_of_the_brand_may_do_this(space: OpenContracts, member: Somebody) -> None:
    body = {"channel": "letter", "motive": "annual", "received_on": "2026-11-16", **WHY}
    every = {**body, "membership_number": member.number}
    found = [
        await call(space, "POST", PATH, every),
        await call(space, "POST", PATH, every, member.headers),
        await call(space, "POST", PATH, every, space.staff("demo")),
        await call(space, "POST", PATH, every, space.staff(role="print-operator")),
    ]

    assert [status for status, _ in found] == [401, 401, 403, 403]
    assert (await member.call("GET", ME))[1]["items"] == []

"""Is the e-mail address still the right one? Asked every year, and who does not answer is told on paper (L221-6-5)."""

from datetime import date, timedelta

import pytest
from contracts_service.usecases.ask_for_emails import ask_for_emails
from contracts_service.usecases.doubt_emails import doubt_emails

from tests.support.contact_steps import CONTACT, NOW, Member, Members
from tests.support.contracts_fixtures import many_lines, ndjson

ASKED = "email-check.requested.v1"
CONFIRM = f"{CONTACT}/email-confirmation"


async def ask(members: Members) -> None:
    """Do both loops' work."""
    while await ask_for_emails(members.contracts.service):
        pass
    while await doubt_emails(members.contracts.service):
        pass


async def asked_on(member: Member) -> date:
    """Return the day of the next question."""
    [row] = await member.members.contracts.fetch("SELECT email_check_on FROM members WHERE id = $1", member.id)
    day: date = row["email_check_on"]
    return day


async def test_a_proof_by_identity_counts_for_a_year_and_then_the_member_is_asked_once(members: Members):
    member = await members.join()
    await member.chooses_email("zoe@example.org")
    proved = await member.reads()
    members.later(days=364)
    await ask(members)
    before = await member.told(ASKED)
    members.later(days=1)
    await ask(members)
    members.later(days=1)
    await ask(members)
    [told] = await member.told(ASKED)
    shown = await member.reads()

    assert proved["email"]["verified_at"] == "2026-11-21T09:00:00Z"
    assert proved["email"]["advice"] is None
    assert before == []
    assert (told["email"], told["reply_by"]) == ("zoe@example.org", "2027-12-21")
    assert shown["email"]["confirm_by"] == "2027-12-21"
    assert "21\u00a0décembre\u00a02027" in shown["email"]["advice"]


async def test_whoever_does_not_answer_is_told_on_paper_until_the_address_is_confirmed(members: Members):
    member = await members.join()
    await member.chooses_email("zoe@example.org")
    members.later(days=365)
    await ask(members)
    members.later(days=30)
    await ask(members)
    in_time = await member.reads()
    members.later(days=1)
    await ask(members)
    late = await member.reads()
    confirmed = await member.call("POST", CONFIRM)
    states = [one["delivery_preference"] for one in await member.told("member.changed.v1")]

    assert in_time["delivery"]["effective"] == "electronic"
    assert (late["delivery"]["effective"], late["delivery"]["reason"]) == ("paper", "email-unconfirmed")
    assert late["delivery"]["preference"] == "electronic"
    assert (confirmed.status, confirmed.body["delivery"]["effective"]) == (200, "electronic")
    assert states == ["electronic", "paper", "electronic"]
    assert await asked_on(member) == date(2028, 12, 22)


async def test_an_address_that_is_proved_again_as_it_is_answers_the_question(members: Members):
    member = await members.join()
    await member.chooses_email("zoe@example.org")
    members.later(days=366)
    await ask(members)
    await member.chooses_email("zoe@example.org", version=2)

    assert (await member.reads())["email"]["confirm_by"] is None
    assert len(await member.told("member.changed.v1")) == 1  # nothing was to be told


async def test_an_address_at_which_nothing_arrives_is_shown_and_told_until_it_is_another(members: Members):
    member = await members.join()
    await member.mail_fails(failed_at=NOW)
    dead = await member.reads()
    await member.chooses_email("zoe@example.org")
    new = await member.reads()

    assert dead["email"]["undeliverable_since"] == "2026-11-21T09:00:00Z"
    assert (dead["delivery"]["effective"], dead["delivery"]["reason"]) == ("paper", "email-undeliverable")
    assert (new["delivery"]["effective"], new["email"]["undeliverable_since"]) == ("electronic", None)
    assert [one["delivery_preference"] for one in await member.told("member.changed.v1")] == ["paper", "electronic"]


@pytest.mark.parametrize(
    "changes",
    [{"hard": False}, {"at_known_address": False}, {"channel": "letter"}, {"brand": "safiag"}],
    ids=["not for good", "another address", "a letter", "another brand"],
)
async def test_a_failure_that_says_nothing_of_the_present_address_changes_nothing(
    members: Members, changes: dict[str, object]
):
    member = await members.join()
    await member.mail_fails(failed_at=NOW, **changes)

    assert (await member.reads())["email"]["undeliverable_since"] is None


async def test_a_mail_that_failed_before_the_address_was_proved_says_nothing_of_it(members: Members):
    member = await members.join()
    members.later(days=1)
    await member.chooses_email("zoe@example.org")
    await member.mail_fails(failed_at=NOW)

    assert (await member.reads())["delivery"]["effective"] == "electronic"


async def test_who_has_chosen_paper_is_not_asked(members: Members):
    member = await members.join()
    await member.patches({"delivery_preference": "paper"})
    members.later(days=366)
    await ask(members)
    await member.patches({"delivery_preference": "electronic"})
    asked_before = await member.told(ASKED)
    await ask(members)

    assert asked_before == []
    assert len(await member.told(ASKED)) == 1


async def test_a_member_without_address_has_none_to_confirm_and_a_beneficiary_is_not_asked(members: Members):
    member = await members.join(email=None)
    without = await member.call("POST", CONFIRM)
    beneficiary = await (await member.spouse()).call("POST", CONFIRM)

    assert (without.status, without.body["code"]) == (409, "no-email-to-confirm")
    assert beneficiary.status == 404
    assert (await member.reads())["delivery"]["reason"] == "no-email"


async def test_a_first_import_is_asked_about_over_the_year_and_no_more_a_day_than_the_brand_says(
    members: Members, monkeypatch: pytest.MonkeyPatch
):
    contracts = members.contracts
    await contracts.send(ndjson([line | {"membership_number": f"9{n:07}"} for n, line in enumerate(many_lines(400))]))
    rows = await contracts.fetch(
        "SELECT email_check_on, count(*) FROM members WHERE membership_number LIKE '9%' GROUP BY 1 ORDER BY 1"
    )
    first, last = rows[0]["email_check_on"], rows[-1]["email_check_on"]
    policy = contracts.service.brands["mgas"].contact.model_copy(update={"email_checks_per_day": 30})
    mgas = contracts.service.brands["mgas"].model_copy(update={"contact": policy})
    monkeypatch.setitem(contracts.service.brands, "mgas", mgas)
    members.later(days=700)
    counts = []
    for _ in range(2):
        await ask_for_emails(contracts.service)
        await ask_for_emails(contracts.service)
        asked = await contracts.fetch("SELECT count(*) FROM members WHERE email_asked_at = $1", members.clock.instant)
        counts.append(asked[0]["count"])
        members.later(days=1)

    assert max(row["count"] for row in rows) <= 8  # 400 over 365 days
    assert first >= NOW.date() + timedelta(days=1)
    assert last <= NOW.date() + timedelta(days=365)
    assert counts == [30, 30]

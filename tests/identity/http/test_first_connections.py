"""First connection: a posted code or the statement identifier, the new password twice, the terms; then sign in."""

from datetime import UTC, datetime

import pytest

from tests.support.identity_fixtures import TERMS
from tests.support.identity_steps import (
    PASSPHRASE,
    SIX_DIGITS,
    connect,
    mailed_token,
    posted_code,
    redeem,
    sign_in,
)

LOOKALIKES = str.maketrans({"8": "B", "6": "G", "5": "S", "2": "Z"})


@pytest.fixture
async def member(opened):
    """A member of safiag without an address."""
    return await opened.enrol(brand="safiag", email=None)


@pytest.fixture
async def code(opened, client, member):
    """The code that was posted to `member`."""
    return await posted_code(opened, client, "safiag", member["nir"])


def wrong(code: str) -> str:
    """Return a well-formed code that is not `code`."""
    return ("C" if code[0] != "C" else "D") + code[1:]


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code,
        lambda code: code.lower(),
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " "),
        lambda code: f"  {' '.join(code)}\u00a0",
        lambda code: code.replace("-", "\u2011"),
        lambda code: code.replace("-", "–"),
        lambda code: code.translate(LOOKALIKES).lower(),
    ],
)
async def test_the_code_is_taken_in_any_case_spacing_and_look(client, member, code, typed):
    assert (await connect(client, "safiag", member["nir"], typed(code))).status == 204
    assert (await sign_in(client, "safiag", member["nir"], SIX_DIGITS)).status == 201


async def test_the_code_works_once(client, member, code):
    assert (await connect(client, "safiag", member["nir"], code)).status == 204
    assert (await connect(client, "safiag", member["nir"], code, "907316")).code == "first-connection-refused"
    assert (await sign_in(client, "safiag", member["nir"], SIX_DIGITS)).status == 201


async def test_a_code_that_has_served_is_told_once_so_that_its_letter_goes(opened, client, member, code):
    account = await opened.account(member)
    letter_id = await opened.value("SELECT id FROM posted_codes")
    await connect(client, "safiag", member["nir"], wrong(code))
    await connect(client, "safiag", member["nir"], code, "123456")
    before = await opened.new_events()
    await connect(client, "safiag", member["nir"], code)
    await connect(client, "safiag", member["nir"], code, "907316")
    told, event = await opened.new_events()

    assert before == []
    assert (told.type, told.data["version"]) == ("password.changed.v1", account["version"] + 1)
    assert (event.type, event.sealed_fields) == ("posted-code.redeemed.v1", frozenset())
    assert event.data == {
        "version": account["version"] + 2,
        "letter_id": str(letter_id),
        "account_id": str(account["id"]),
        "member_id": member["member_id"],
        "brand": "safiag",
    }


async def test_a_statement_identifier_has_no_letter_to_tell_of(opened, client, member):
    answer = await connect(client, "safiag", member["nir"], member["statement_identifier"])

    assert answer.status == 204
    assert [event.type for event in await opened.new_events()] == ["password.changed.v1"]


async def test_the_code_works_for_21_days(opened, client, member, code):
    opened.clock.set(datetime(2026, 3, 31, 21, 59, 59, tzinfo=UTC))  # 31 March, 23:59:59 in Paris

    assert (await connect(client, "safiag", member["nir"], code)).status == 204


async def test_the_code_does_not_work_after_21_days(opened, client, member, code):
    opened.clock.set(datetime(2026, 3, 31, 22, 0, tzinfo=UTC))

    assert (await connect(client, "safiag", member["nir"], code)).code == "first-connection-refused"


async def test_the_fifth_try_may_be_right(client, member, code):
    for _ in range(4):
        assert (await connect(client, "safiag", member["nir"], wrong(code))).code == "first-connection-refused"
    assert (await connect(client, "safiag", member["nir"], code)).status == 204


async def test_the_sixth_try_fails_with_the_right_code(opened, client, member, code):
    for _ in range(5):
        await connect(client, "safiag", member["nir"], wrong(code))
        opened.clock.advance(hours=5)

    assert (await connect(client, "safiag", member["nir"], code)).code == "first-connection-refused"

    again = await posted_code(opened, client, "safiag", member["nir"])

    assert (await connect(client, "safiag", member["nir"], again)).status == 204


async def test_a_new_code_cancels_the_former(opened, client, member, code):
    opened.clock.advance(hours=24)
    new = await posted_code(opened, client, "safiag", member["nir"])

    assert (await connect(client, "safiag", member["nir"], code)).code == "first-connection-refused"
    assert (await connect(client, "safiag", member["nir"], new)).status == 204


async def test_a_code_opens_its_own_account_only(opened, client, member, code):
    other = await opened.enrol(brand="safiag", email=None)
    await posted_code(opened, client, "safiag", other["nir"])

    assert (await connect(client, "safiag", other["nir"], code)).code == "first-connection-refused"
    assert (await connect(client, "safiag", member["nir"], code)).status == 204


async def test_a_code_opens_an_account_that_too_many_failures_have_closed(opened, client, member):
    for _ in range(10):
        await sign_in(client, "safiag", member["nir"], "907316")
        opened.clock.advance(hours=2)
    code = await posted_code(opened, client, "safiag", member["nir"])

    assert (await connect(client, "safiag", member["nir"], code)).status == 204
    assert (await sign_in(client, "safiag", member["nir"], SIX_DIGITS)).status == 201


async def test_a_password_chosen_by_another_way_voids_the_code(opened, client, member, code):
    await opened.hear({**member, "version": 2, "email": "marie@courriel.example"}, event="member.changed.v1")
    token = await mailed_token(opened, client, "safiag", member["nir"])
    await redeem(client, "safiag", token, SIX_DIGITS)

    assert (await connect(client, "safiag", member["nir"], code)).code == "first-connection-refused"


@pytest.mark.parametrize("accepted", ["2025-1", "", "2026-1 ", "oui"])
async def test_another_version_of_the_terms_is_told_before_anything_is_counted(opened, client, member, code, accepted):
    answer = await connect(client, "safiag", member["nir"], code, accepted_terms=accepted)

    assert (answer.status, answer.code) == (422, "terms-not-accepted")
    assert answer.field_codes == [("accepted_terms", "current-version-required")]
    assert await opened.value("SELECT tries FROM posted_codes") == 0
    assert (await connect(client, "safiag", member["nir"], code)).status == 204


async def test_what_was_accepted_is_kept_as_evidence(opened, client, member, code):
    await connect(client, "safiag", member["nir"], code)
    kept = await opened.value("SELECT (terms_version, text_digest, accepted_at, source)::text FROM terms_acceptances")

    assert TERMS in kept
    assert opened.identity.terms["safiag"].digest.hex() in kept
    assert "first connection" in kept


async def test_a_refused_password_is_told_and_costs_no_try(opened, client, member, code):
    refusals = [
        ("abcdef", ["six-digits-required"]),
        ("12345", ["six-digits-required"]),
        (PASSPHRASE, ["six-digits-required"]),
        ("123456", ["too-guessable"]),
        (member["nir"][:6], ["derived-from-your-data"]),
        (member["membership_number"][-6:], ["derived-from-your-data"]),
        (member["statement_identifier"][-6:], ["derived-from-your-data"]),
    ]
    for password, expected in refusals * 2:
        answer = await connect(client, "safiag", member["nir"], code, password)

        assert (answer.status, answer.code) == (422, "password-refused")
        assert [one for _, one in answer.field_codes][: len(expected)] == expected
    differs = await connect(client, "safiag", member["nir"], code, SIX_DIGITS, password_confirmation="481593")

    assert differs.field_codes == [("password_confirmation", "confirmation-differs")]
    assert await opened.value("SELECT tries FROM posted_codes") == 0
    assert (await connect(client, "safiag", member["nir"], code)).status == 204


async def test_with_a_wrong_code_a_password_is_judged_by_its_shape_only(client, member, code):
    guessable = await connect(client, "safiag", member["nir"], wrong(code), "123456")
    unknown = await connect(client, "safiag", "1990199999999", wrong(code), "123456")
    misshapen = [await connect(client, "safiag", number, code, "abc") for number in (member["nir"], "1990199999999")]

    assert guessable.code == "first-connection-refused"
    assert guessable == unknown
    assert misshapen[0] == misshapen[1]


async def test_the_statement_identifier_opens_an_account_for_the_first_time_only(client, member):
    statement = member["statement_identifier"]
    spaced = f" {statement[:5]} {statement[5:]}"

    assert (await connect(client, "safiag", member["nir"], spaced)).status == 204
    assert (await sign_in(client, "safiag", member["nir"], SIX_DIGITS)).status == 201
    assert (await connect(client, "safiag", member["nir"], statement, "907316")).code == "first-connection-refused"
    assert (await sign_in(client, "safiag", member["nir"], SIX_DIGITS)).status == 201


async def test_wrong_statement_identifiers_count_as_failures_of_the_account(opened, client, member):
    for number in range(3):
        await connect(client, "safiag", member["nir"], f"123456789{number}")

    assert await opened.value("SELECT failures FROM tries") == 3
    assert (await connect(client, "safiag", member["nir"], member["statement_identifier"])).status == 400

    opened.clock.advance(minutes=1)

    assert (await connect(client, "safiag", member["nir"], member["statement_identifier"])).status == 204


async def test_sign_ins_and_statement_identifiers_share_one_counter(opened, client, member):
    for turn in range(10):
        if turn % 2:
            await sign_in(client, "safiag", member["nir"], "907316")
        else:
            await connect(client, "safiag", member["nir"], "1234567890")
        opened.clock.advance(hours=2)
    opened.clock.advance(days=30)

    assert (await connect(client, "safiag", member["nir"], member["statement_identifier"])).status == 400


async def test_a_brand_that_asks_for_a_posted_code_takes_no_statement_identifier(opened, client):
    member = await opened.enrol(brand="mgas")
    answer = await connect(client, "mgas", member["email"], member["statement_identifier"], PASSPHRASE)

    assert answer.code == "first-connection-refused"


async def test_every_cause_gets_one_answer(opened, client, member, code):
    future = await opened.enrol(brand="safiag", email=None, effective_date="2027-01-01")
    ended = await opened.enrol(brand="safiag", email=None, end_date="2020-01-01")
    activated = await opened.enrol(brand="safiag", email=None)
    await connect(client, "safiag", activated["nir"], activated["statement_identifier"])
    answers = {
        "unknown": await connect(client, "safiag", "1990199999999", code),
        "no number": await connect(client, "safiag", "bonjour", code),
        "wrong code": await connect(client, "safiag", member["nir"], wrong(code)),
        "no code at all": await connect(client, "safiag", member["nir"], "-"),
        "not in force": await connect(client, "safiag", future["nir"], future["statement_identifier"]),
        "ended long ago": await connect(client, "safiag", ended["nir"], ended["statement_identifier"]),
        "activated": await connect(client, "safiag", activated["nir"], activated["statement_identifier"]),
    }

    assert (answers["unknown"].status, answers["unknown"].code) == (400, "first-connection-refused")
    assert [cause for cause, answer in answers.items() if answer != answers["unknown"]] == []

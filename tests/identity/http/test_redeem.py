"""The mailed link: used once, for an hour, for one brand; everything else gets one answer."""

import unicodedata
from datetime import timedelta

import pytest

from tests.support.identity_fixtures import START
from tests.support.identity_steps import (
    PASSPHRASE,
    SIX_DIGITS,
    mailed_token,
    redeem,
    sign_in,
    with_password,
)


@pytest.fixture
async def member(opened):
    """A member of mgas who has an address."""
    return await opened.enrol()


@pytest.fixture
async def token(opened, client, member):
    """The token that was mailed to `member`."""
    return await mailed_token(opened, client, "mgas", member["email"])


async def test_expired_used_unknown_and_of_another_brand_get_one_answer(opened, client, member, token):
    unknown = await redeem(client, "mgas", "A" * 43)
    other_brand = await redeem(client, "demo", token)
    used_token = await mailed_token(opened, client, "mgas", member["email"])
    assert (await redeem(client, "mgas", used_token)).status == 204
    used = await redeem(client, "mgas", used_token)
    voided = await redeem(client, "mgas", token)
    late_token = await mailed_token(opened, client, "mgas", member["email"])
    opened.clock.advance(minutes=60)
    expired = await redeem(client, "mgas", late_token)

    assert (unknown.status, unknown.code) == (400, "reset-token-invalid")
    assert unknown == used == voided == expired
    assert (other_brand.status, other_brand.code) == (unknown.status, unknown.code)  # with that brand's telephone


async def test_with_a_dead_token_no_password_is_judged(client):
    answers = [await redeem(client, "mgas", "A" * 43, password) for password in ("x", "aaaaaaaaaaaa", PASSPHRASE)]
    answers.append(await redeem(client, "mgas", "A" * 43, PASSPHRASE, "autre chose"))

    assert all(answer == answers[0] for answer in answers)


async def test_a_token_opens_until_the_last_moment_of_its_hour(opened, client, token):
    opened.clock.set(START + timedelta(minutes=60, microseconds=-1))

    assert (await redeem(client, "mgas", token)).status == 204


async def test_a_refused_password_leaves_the_token_good(client, token):
    refusals = [
        ("court", None, ("password", "too-short")),
        ("x" * 129, None, ("password", "too-long")),
        ("aaaaaaaaaaaa", None, ("password", "too-guessable")),
        ("1q2w3e4r5t6y", None, ("password", "breached")),
        ("Lefèvre17021958", None, ("password", "derived-from-your-data")),
        (PASSPHRASE, "autre phrase", ("password_confirmation", "confirmation-differs")),
    ]
    for password, confirmation, expected in refusals:
        answer = await redeem(client, "mgas", token, password, confirmation)

        assert (answer.status, answer.code, answer.field_codes) == (422, "password-refused", [expected])
    assert (await redeem(client, "mgas", token)).status == 204


async def test_a_link_whose_member_may_not_come_in_any_more_opens_nothing(opened, client, member, token):
    await opened.hear({**member, "version": 2, "end_date": "2020-06-30"}, event="member.changed.v1")

    assert (await redeem(client, "mgas", token)).code == "reset-token-invalid"


async def test_a_choice_ends_every_session(opened, client):
    member = await with_password(opened, client)
    for _ in range(3):
        assert (await sign_in(client, "mgas", member["email"])).status == 201
    token = await mailed_token(opened, client, "mgas", member["email"])
    await redeem(client, "mgas", token, "une toute autre phrase")

    assert await opened.value("SELECT count(*) FROM sessions WHERE ended_at IS NULL") == 0


async def test_an_accent_or_a_space_of_another_device_is_the_same_password(opened, client, member, token):
    chosen = "Vive l’été à Orléans\u202f!"
    assert (await redeem(client, "mgas", token, chosen, unicodedata.normalize("NFD", chosen))).status == 204

    for typed in (
        chosen,
        unicodedata.normalize("NFD", chosen),
        "Vive l’été à Orléans !",
        "Vive l’été à Orléans\u00a0!",
    ):
        assert (await sign_in(client, "mgas", member["email"], typed)).status == 201


async def test_six_digits_typed_wide_are_the_same_digits(opened, client):
    member = await opened.enrol(brand="safiag")
    token = await mailed_token(opened, client, "safiag", member["nir"])

    assert (await redeem(client, "safiag", token, "４８１５９２")).status == 204
    assert (await sign_in(client, "safiag", member["nir"], SIX_DIGITS)).status == 201


async def test_the_token_is_not_taken_in_another_form(client, token):
    for typed in (token.lower(), f" {token}", token + "=", token[:-1]):
        assert (await redeem(client, "mgas", typed)).code == "reset-token-invalid"
    assert (await redeem(client, "mgas", token)).status == 204

"""Whatever is given out opens its own step, at its own brand, for its own account, and nothing else."""

import pytest

from tests.support.access_steps import activation, welcomes
from tests.support.account_steps import call, signed_in
from tests.support.identity_steps import (
    PASSPHRASE,
    SIX_DIGITS,
    connect,
    mailed_token,
    post,
    posted_code,
    redeem,
    refresh,
    sign_in,
)

UNDO = "/v1/mgas/email-changes/undo"


@pytest.fixture
async def given(opened, client):
    """One of each thing that is given out, by name, with the brand that it is of."""
    _, session = await signed_in(opened, client)
    by_mail = await opened.enrol()
    by_post = await opened.enrol(brand="safiag", email=None)
    created = await opened.enrol(email=None)
    welcomed = await opened.enrol(effective_date="2026-03-10")
    [welcome] = [one for one in await welcomes(opened) if one.data["member_id"] == welcomed["member_id"]]
    return {
        "access token": session["access_token"],
        "refresh token": session["refresh_token"],
        "reset link": await mailed_token(opened, client, "mgas", by_mail["email"]),
        "posted code": await posted_code(opened, client, "safiag", by_post["nir"]),
        "activation link": await activation(opened, client, created, "neuve@courriel.example"),
        "welcome link": welcome.data["token"],
        "by post": by_post,
        "by mail": by_mail,
    }


LINKS = {"reset link", "activation link", "welcome link"}
SECRETS = ["access token", "refresh token", "reset link", "posted code", "activation link", "welcome link"]


def without(name: str) -> list[str]:
    return [one for one in SECRETS if one != name]


async def test_only_links_choose_a_password(client, given):
    elsewhere = {name: (await redeem(client, "demo", given[name])).code for name in SECRETS}
    here = {name: (await redeem(client, "mgas", given[name])).status for name in SECRETS}

    assert set(elsewhere.values()) == {"reset-token-invalid"}
    assert here == {name: 204 if name in LINKS else 400 for name in SECRETS}


async def test_only_codes_open_a_first_connection(client, given):
    by_post, by_mail = given["by post"], given["by mail"]
    codes = []
    for name in without("posted code"):
        codes += [
            (await connect(client, "safiag", by_post["nir"], given[name])).code,
            (await connect(client, "mgas", by_mail["email"], given[name], PASSPHRASE)).code,
        ]

    assert codes == ["first-connection-refused"] * 2 * len(without("posted code"))


async def test_a_code_opens_no_account_but_its_own(opened, client, given):
    other = await opened.enrol(brand="safiag", email=None)
    elsewhere = await opened.enrol(brand="demo", nir=given["by post"]["nir"])
    tries = [
        await connect(client, "safiag", other["nir"], given["posted code"]),
        await connect(client, "demo", elsewhere["email"], given["posted code"], PASSPHRASE),
    ]
    own = await connect(client, "safiag", given["by post"]["nir"], given["posted code"])

    assert [one.code for one in tries] == ["first-connection-refused"] * 2
    assert own.status == 204


async def test_only_refresh_tokens_refresh_and_only_access_tokens_call(client, given):
    refreshed = {(await refresh(client, given[name])).code for name in without("refresh token")}
    called = {(await call(client, "GET", "/v1/account", given[name])).code for name in without("access token")}

    assert (refreshed, called) == ({"session-ended"}, {"not-signed-in"})


async def test_none_of_them_undoes_a_change_of_address_or_is_a_password(client, given):
    undone = [(await post(client, UNDO, {"token": given[name]})).status for name in SECRETS]
    passwords = {(await sign_in(client, "mgas", given["by mail"]["email"], given[name])).code for name in SECRETS}

    assert undone == [400] * len(SECRETS)
    assert passwords == {"wrong-credentials"}


async def test_a_used_link_is_no_link_at_any_brand(client, given):
    first = await redeem(client, "mgas", given["reset link"])
    passwords = {"mgas": PASSPHRASE, "demo": PASSPHRASE, "safiag": SIX_DIGITS}
    again = {(await redeem(client, brand, given["reset link"], one)).code for brand, one in passwords.items()}

    assert (first.status, again) == (204, {"reset-token-invalid"})

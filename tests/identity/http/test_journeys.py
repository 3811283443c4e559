"""The three ways back in, each from the first question to the signed-in member."""

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.support.identity_fixtures import TERMS, OpenedIdentity, http_client, opened_identity
from tests.support.identity_steps import (
    PASSPHRASE,
    SIX_DIGITS,
    ask,
    connect,
    mailed_token,
    posted_code,
    redeem,
    refresh,
    sign_in,
    sign_out,
    with_password,
)


async def claims_of(client, access_token: str) -> tuple[dict, dict]:
    async with client.get("/.well-known/jwks.json") as response:
        keys = KeySet.import_key_set(await response.json())
    token = jwt.decode(access_token, keys, algorithms=["EdDSA"])
    return token.header, token.claims


async def test_mgas_by_mail(opened: OpenedIdentity, client):
    member = await with_password(opened, client, "une première phrase secrète")
    before = (await sign_in(client, "mgas", member["email"], "une première phrase secrète")).body
    promised = await ask(client, "mgas", member["email"].upper())

    assert promised.status == 202
    assert promised.body["promise"] == {"email_minutes": 5, "letter_hours": 48}
    assert promised.body["help"]["phone"] == opened.identity.brands["mgas"].phone
    assert promised.body["help"].keys() == {"phone", "email", "hours"}

    await opened.decide()
    (event,) = await opened.new_events("reset.requested.v1")

    assert (await redeem(client, "mgas", event.data["token"])).status == 204
    assert (await refresh(client, before["refresh_token"])).code == "session-ended"
    assert (await sign_in(client, "mgas", member["email"], "une première phrase secrète")).status == 401

    opened.clock.advance(hours=1)  # the old password was a failure, and the owner may come in all the same
    signed_in = await sign_in(client, "mgas", member["email"])

    assert signed_in.status == 201
    assert set(signed_in.body) == {
        "access_token", "token_type", "refresh_token", "expires_in", "session_id", "terms_to_accept"
    }  # fmt: skip
    assert signed_in.body["terms_to_accept"] == TERMS

    refreshed = await refresh(client, signed_in.body["refresh_token"])

    assert refreshed.status == 200
    assert refreshed.body["session_id"] == signed_in.body["session_id"]
    assert (await sign_out(client, refreshed.body["access_token"])).status == 204
    assert (await refresh(client, refreshed.body["refresh_token"])).code == "session-ended"


async def test_the_access_token_says_what_gateways_need_and_nothing_about_the_person(opened, client):
    member = await with_password(opened, client)
    account = await opened.account(member)
    body = (await sign_in(client, "mgas", member["email"])).body
    header, claims = await claims_of(client, body["access_token"])
    now = int(opened.clock.now().timestamp())

    assert (header["alg"], header["typ"]) == ("EdDSA", "at+jwt")
    assert claims.pop("jti")
    assert claims == {
        "iss": "espace-adherent",
        "aud": "espace-adherent",
        "sub": str(account["id"]),
        "client_id": "member-space",
        "brand": "mgas",
        "member_id": member["member_id"],
        "sid": body["session_id"],
        "acr": "password",
        "auth_time": now,
        "scope": "member",
        "iat": now,
        "nbf": now,
        "exp": now + 600,
    }
    assert body["expires_in"] == 600


async def test_a_refreshed_token_says_when_the_member_proved_who_they_are(opened, client):
    member = await with_password(opened, client)
    body, began = (await sign_in(client, "mgas", member["email"])).body, opened.clock.now()
    opened.clock.advance(hours=5)
    refreshed = (await refresh(client, body["refresh_token"])).body
    _, claims = await claims_of(client, refreshed["access_token"])

    assert (claims["auth_time"], claims["iat"]) == (began.timestamp(), opened.clock.now().timestamp())


async def test_two_tokens_of_the_same_second_are_two_tokens(opened, client):
    member = await with_password(opened, client)
    body = (await sign_in(client, "mgas", member["email"])).body
    refreshed = (await refresh(client, body["refresh_token"])).body
    identifiers = {(await claims_of(client, one["access_token"]))[1]["jti"] for one in (body, refreshed)}

    assert len(identifiers) == 2


async def test_the_public_keys_are_public(client):
    async with client.get("/.well-known/jwks.json") as response:
        keys = (await response.json())["keys"]

    assert [(key["kty"], key["crv"], "d" in key) for key in keys] == [("OKP", "Ed25519", False)]


@pytest.mark.parametrize(
    ("number", "typed"),
    [
        ("1850578006084", "1850578006084"),
        ("1850578006084", "1 85 05 78 006 084 36"),
        ("1850578006084", "185057800608436"),
        ("285052A006084", "2 85 05 2a 006 084 20"),
    ],
)
async def test_safiag_by_mail_with_a_number_typed_in_any_way(opened, client, number, typed):
    member = await opened.enrol(brand="safiag", nir=number)
    token = await mailed_token(opened, client, "safiag", typed)

    assert (await redeem(client, "safiag", token, PASSPHRASE)).field_codes == [("password", "six-digits-required")]
    assert (await redeem(client, "safiag", token, "123456")).field_codes == [("password", "too-guessable")]
    assert (await redeem(client, "safiag", token, "580217")).field_codes == [
        ("password", "derived-from-your-data"),
        ("password", "too-guessable"),
    ]
    assert (await redeem(client, "safiag", token, SIX_DIGITS)).status == 204
    assert (await sign_in(client, "safiag", typed, SIX_DIGITS)).status == 201
    assert (await sign_in(client, "safiag", member["nir"], SIX_DIGITS)).status == 201


async def test_safiag_by_letter(opened: OpenedIdentity, client):
    member = await opened.enrol(brand="safiag", nir="1850578006084", email=None)
    code = await posted_code(opened, client, "safiag", "1 85 05 78 006 084 36")
    connected = await connect(client, "safiag", "185057800608436", code)

    assert (connected.status, connected.body) == (204, None)
    assert "Set-Cookie" not in connected.headers
    assert await opened.value("SELECT count(*) FROM sessions") == 0

    signed_in = await sign_in(client, "safiag", member["nir"], SIX_DIGITS)

    assert signed_in.status == 201
    assert "terms_to_accept" not in signed_in.body
    assert await opened.value("SELECT count(*) FROM terms_acceptances") == 1


async def test_the_policy_of_each_brand_is_shown(client):
    expected = {"safiag": ("nir", "six_digits"), "mgas": ("email", "passphrase"), "demo": ("email", "passphrase")}
    for brand, rule in expected.items():
        async with client.get(f"/v1/{brand}/sign-in-policy") as response:
            policy = await response.json()

        assert (policy["login_identifier"], policy["password_rule"]) == rule
        assert policy["terms_version"] == TERMS
        assert policy["help"].keys() == {"phone", "email", "hours"}
        assert policy["passkeys"] is True


async def test_without_pages_that_have_a_name_the_policy_promises_no_passkeys(tmp_path, identity_database):
    async with (
        opened_identity(tmp_path, identity_database, passkey_origins=()) as opened,
        http_client(opened.identity) as client,
        client.get("/v1/mgas/sign-in-policy") as response,
    ):
        policy = await response.json()

    assert policy["passkeys"] is False


async def test_the_terms_are_shown_word_for_word(opened, client):
    async with client.get("/v1/mgas/terms") as response:
        terms = await response.json()

    assert terms == {"version": TERMS, "text": opened.identity.terms["mgas"].text}

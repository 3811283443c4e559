"""Who may call what: every way in which a token can be wrong, for members and for staff."""

import base64
import hashlib
import hmac
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey, RSAKey
from service_kit.access_tokens import KeyFile, TokenVerifier
from service_kit.problems import SettingUnusable
from service_kit.signatures import TokenRefused

from tests.support.tiny_fixtures import ACCOUNT, Place, Served, encoded

NOW = datetime.now(UTC)
ME, ME_HERE, STAFF, BATCHES = "/v1/me", "/v1/alpha/me", "/v1/alpha/staff", "/v1/print-batches"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def ask(tiny: Served, path: str, headers: dict[str, str] | None = None) -> tuple[int, str, Any]:
    status, _, body = await tiny.ask("GET", path, headers=headers or {})
    return status, body.get("code", ""), body


async def test_a_member_is_recognised(tiny: Served, place: Place) -> None:
    headers = bearer(place.member_token())

    assert await ask(tiny, ME, headers) == (200, "", {"who": str(ACCOUNT), "brand": "alpha"})
    assert await ask(tiny, ME_HERE, headers) == (200, "", {"who": str(ACCOUNT), "brand": "alpha"})


@pytest.mark.parametrize(
    ("scope", "status"),
    [("parcels", 200), ("card parcels.read", 200), ("card", 403), ("parcels.write", 403), ("", 403), (None, 403)],
)
async def test_a_token_of_another_scope_is_not_enough_where_a_scope_is_asked_for(
    scope: str | None, status: int, tiny: Served, place: Place
) -> None:
    token = place.member_token(scope=scope)

    assert (await ask(tiny, "/v1/me/parcels", bearer(token)))[0] == status
    assert (await ask(tiny, ME, bearer(token)))[0] == 200


async def test_a_member_of_staff_is_recognised(tiny: Served, place: Place) -> None:
    printing = bearer(place.staff_token(roles=["print-operator", "unknown"], brand="beta"))

    assert await ask(tiny, STAFF, bearer(place.staff_token())) == (200, "", {"who": "ada", "brand": "alpha"})
    assert await ask(tiny, BATCHES, printing) == (200, "", {"who": "ada", "brand": "beta"})


async def test_the_scheme_is_written_in_any_case(tiny: Served, place: Place) -> None:
    assert (await ask(tiny, ME, {"Authorization": f"bEaReR  {place.member_token()} "}))[0] == 200


NO_TOKENS = (
    None,
    "",
    "Bearer",
    "Bearer ",
    "Basic YTpi",
    "Bearer x",
    "Bearer a.b.c",
    "Bearer ...",
    "Bearer " + "é" * 20,
    "Bearer " + "x" * 4000,
    "Bearer " + ".".join(["e30"] * 3),
    "Bearer " + ".".join(["bnVsbA"] * 3),
    "Token abc",
)


@pytest.mark.parametrize("path", [ME, ME_HERE, STAFF, BATCHES])
@pytest.mark.parametrize("value", NO_TOKENS)
async def test_without_a_token_nobody_is_recognised(path: str, value: str | None, tiny: Served) -> None:
    status, headers, body = await tiny.ask("GET", path, headers={} if value is None else {"Authorization": value})

    assert (status, body["code"], headers["WWW-Authenticate"]) == (401, "not-signed-in", "Bearer")


WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - timedelta(seconds=10)},
    "without an end": {"exp": None},
    "an end that is no number": {"exp": "tomorrow"},
    "not yet valid": {"nbf": NOW + timedelta(days=1)},
    "another issuer": {"iss": "https://evil.example"},
    "without an issuer": {"iss": None},
    "another audience": {"aud": "another"},
    "without an audience": {"aud": None},
    "other audiences": {"aud": ["another", "others"]},
    "an audience that is a part": {"aud": "espace-adherent-2"},
}


@pytest.mark.parametrize("claims", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
async def test_a_token_for_another_time_or_place_is_refused(claims: dict[str, Any], tiny: Served, place: Place) -> None:
    for path, token in ((ME, place.member_token(**claims)), (STAFF, place.staff_token(**claims))):
        assert (await ask(tiny, path, bearer(token)))[:2] == (401, "not-signed-in")


async def test_several_audiences_may_hold_ours(tiny: Served, place: Place) -> None:
    assert (await ask(tiny, ME, bearer(place.member_token(aud=["other", "espace-adherent"]))))[0] == 200


@pytest.mark.parametrize("claim", ["sub", "member_id", "brand", "sid"])
@pytest.mark.parametrize("value", [None, 5, [], {}])
async def test_a_member_token_that_lacks_a_claim_is_refused(
    claim: str, value: object, tiny: Served, place: Place
) -> None:
    status, code, _ = await ask(tiny, ME, bearer(place.member_token(**{claim: value})))

    assert (status, code) == (401, "not-signed-in")


STAFF_WITHOUT = [{"roles": None}, {"roles": "adviser"}, {"brand": None}, {"brand": ["alpha"]}]
NOBODY = [{"sub": None}, {"sub": ""}, {"sub": " "}, {"sub": 5}]


@pytest.mark.parametrize("claims", [*STAFF_WITHOUT, *NOBODY])
async def test_a_staff_token_that_lacks_a_claim_is_refused(claims: dict[str, Any], tiny: Served, place: Place) -> None:
    assert (await ask(tiny, STAFF, bearer(place.staff_token(**claims))))[:2] == (401, "not-signed-in")


@pytest.mark.parametrize("roles", [[], ["print-operator"], ["Adviser"], ["adviser "], [["adviser"]]])
async def test_another_role_is_not_enough(roles: list[Any], tiny: Served, place: Place) -> None:
    assert (await ask(tiny, STAFF, bearer(place.staff_token(roles=roles))))[:2] == (403, "forbidden")


async def test_another_brand_is_not_enough(tiny: Served, place: Place) -> None:
    assert (await ask(tiny, STAFF, bearer(place.staff_token(brand="beta"))))[:2] == (403, "forbidden")
    assert (await ask(tiny, ME_HERE, bearer(place.member_token(brand="beta"))))[:2] == (403, "forbidden")


@pytest.mark.parametrize("brand", ["gone", "", "ALPHA"])
async def test_a_token_of_a_brand_that_is_not_here_is_refused(brand: str, tiny: Served, place: Place) -> None:
    staff = place.staff_token(brand=brand, roles=["print-operator"])

    assert (await ask(tiny, ME, bearer(place.member_token(brand=brand))))[:2] == (401, "not-signed-in")
    assert (await ask(tiny, BATCHES, bearer(staff)))[:2] == (401, "not-signed-in")


async def test_members_and_staff_do_not_open_each_others_doors(tiny: Served, place: Place) -> None:
    assert (await ask(tiny, STAFF, bearer(place.member_token())))[:2] == (401, "not-signed-in")
    assert (await ask(tiny, ME, bearer(place.staff_token())))[:2] == (401, "not-signed-in")
    as_staff = place.member_token(iss="staff", roles=["adviser"])
    as_member = place.staff_token(iss="espace-adherent", sub=str(ACCOUNT), header={"typ": "at+jwt"})

    assert (await ask(tiny, STAFF, bearer(as_staff)))[:2] == (401, "not-signed-in")
    assert (await ask(tiny, ME, bearer(as_member)))[:2] == (401, "not-signed-in")


@pytest.mark.parametrize("kind", ["JWT", "rt+jwt", None, "at+jwt2", ["at+jwt"]])
@pytest.mark.parametrize("claims", [{}, {"typ": "at+jwt"}])
async def test_a_token_of_another_kind_is_no_access_token(
    kind: object, claims: dict[str, Any], tiny: Served, place: Place
) -> None:
    """RFC 9068 § 4: the kind stands in the header, and not among the claims."""
    token = place.member_token(header={"typ": kind}, **claims)

    assert (await ask(tiny, ME, bearer(token)))[:2] == (401, "not-signed-in")


async def test_an_unsigned_token_is_refused(tiny: Served, place: Place) -> None:
    head, claims, signature = place.member_token().split(".")
    tokens = [f"{encoded({'alg': alg, 'typ': 'at+jwt'})}.{claims}." for alg in ("none", "None", "NONE", "")]
    tokens += [
        f"{head}.{claims}.",
        f"{head}.{claims}",
        f"{head}.{claims}.{encoded(bytes(64))}",
        f".{claims}.{signature}",
    ]
    for token in tokens:
        assert (token, *(await ask(tiny, ME, bearer(token)))[:2]) == (token, 401, "not-signed-in")


async def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(tiny: Served, place: Place) -> None:
    claims, key = place.member_token().split(".")[1], place.key("member")
    public = key.as_dict(private=False)
    secrets = [
        (place.folder / "member-jwks.json").read_bytes(),
        json.dumps(public).encode(),
        base64.urlsafe_b64decode(str(public["x"]) + "="),
        str(public["x"]).encode(),
        key.as_pem(private=False),
    ]
    for secret in secrets:
        signed = f"{encoded({'alg': 'HS256', 'typ': 'at+jwt', 'kid': key.kid})}.{claims}"
        token = f"{signed}.{encoded(hmac.digest(secret, signed.encode(), hashlib.sha256))}"

        assert (await ask(tiny, ME, bearer(token)))[:2] == (401, "not-signed-in")


@pytest.mark.parametrize(
    "key",
    [OKPKey.generate_key("Ed25519"), ECKey.generate_key("P-256"), RSAKey.generate_key(2048)],
    ids=["Ed25519", "ES256", "RS256"],
)
async def test_a_key_of_somebody_else_opens_nothing(key: Any, tiny: Served, place: Place) -> None:
    """Not even one that the token brings along, or under our key's name."""
    algorithm = {"OKP": "EdDSA", "EC": "ES256", "RSA": "RS256"}[key.key_type]
    public = key.as_dict(private=False)
    for header in ({}, {"jwk": public}, {"jku": "http://evil.example/jwks"}, {"kid": None}, {"kid": "other"}):
        token = place.member_token(key=key, header={"alg": algorithm} | header)

        assert (await ask(tiny, ME, bearer(token)))[:2] == (401, "not-signed-in")


async def test_an_altered_token_is_refused(tiny: Served, place: Place) -> None:
    head, claims, signature = place.member_token().split(".")
    other = json.loads(base64.urlsafe_b64decode(claims + "=="))
    changed = [
        f"{head}.{encoded(other | {'brand': 'beta'})}.{signature}",
        f"{head}.{encoded(other | {'exp': 9_999_999_999})}.{signature}",
        f"{encoded({'alg': 'EdDSA', 'typ': 'at+jwt'})}.{claims}.{signature}",
    ]
    for token in changed:
        assert (await ask(tiny, ME, bearer(token)))[:2] == (401, "not-signed-in")


async def test_a_critical_header_that_nobody_knows_is_refused(tiny: Served, place: Place) -> None:
    """RFC 7515 § 4.1.11."""
    token = place.member_token(header={"crit": ["exp"], "exp": 1})

    assert (await ask(tiny, ME, bearer(token)))[:2] == (401, "not-signed-in")


async def test_who_is_refused_is_refused_before_the_body_is_read(tiny: Served) -> None:
    status, _, body = await tiny.ask("POST", "/v1/me/parcels", json={"junk": 1})

    assert (status, body["code"]) == (401, "not-signed-in")


@given(
    token=st.text(max_size=60)
    | st.lists(st.binary(max_size=30).map(encoded), min_size=3, max_size=5).map(".".join)
    | st.tuples(
        st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit", "b64"]), st.text() | st.integers() | st.none()),
        st.dictionaries(st.text(max_size=3), st.text(max_size=3)),
    ).map(lambda two: f"{encoded(two[0])}.{encoded(two[1])}.{encoded(b'x' * 64)}")
)
def test_any_text_in_place_of_a_token_is_refused_with_one_kind_of_error(place: Place, token: str) -> None:
    verifier = TokenVerifier(KeyFile(place.folder / "member-jwks.json"), "espace-adherent", "espace-adherent")
    with pytest.raises(TokenRefused):
        verifier.member(token, now=NOW)
    with pytest.raises(TokenRefused):
        verifier.staff(token, now=NOW, role_claim="roles")


async def test_keys_that_were_replaced_are_read_again(place: Place, tmp_path: Path) -> None:
    file, now = tmp_path / "jwks.json", datetime.now(UTC)
    file.write_text((place.folder / "member-jwks.json").read_text())
    checked = TokenVerifier(KeyFile(file), "espace-adherent", "espace-adherent")
    before = checked.member(place.member_token(), now=now)
    new = OKPKey.generate_key("Ed25519", {"kid": "new"})
    file.write_text(json.dumps({"keys": [new.as_dict(private=False)]}))
    os.utime(file, ns=(1, 1))  # another time stamp, however coarse the file system's clock is
    after = checked.member(place.member_token(key=new, header={"kid": "new"}), now=now)

    assert before.account_id == after.account_id == ACCOUNT
    with pytest.raises(TokenRefused):
        checked.member(place.member_token(), now=now)


async def test_the_former_keys_go_on_when_the_new_file_cannot_be_used(place: Place, tmp_path: Path) -> None:
    file, now = tmp_path / "jwks.json", datetime.now(UTC)
    file.write_text((place.folder / "member-jwks.json").read_text())
    checked = TokenVerifier(KeyFile(file), "espace-adherent", "espace-adherent")
    for content in ('{"keys": [', "[]", None):
        if content is None:
            file.unlink()
        else:
            file.write_text(content)
            os.utime(file, ns=(len(content), len(content)))

        assert checked.member(place.member_token(sid=str(uuid4())), now=now).account_id == ACCOUNT


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"keys": 5}', '{"keys": [{"kty": "OKP"}]}'])
def test_a_key_file_that_cannot_be_used_is_named(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SettingUnusable, match=r"jwks\.json"):
        KeyFile(file)

"""Which tokens open the member's and the staff's doors: kinds, algorithms, keys, instants, and not one bit else."""

import base64
import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey, RSAKey
from service_kit.access_tokens import KeyFile, MemberPrincipal, StaffPrincipal, TokenVerifier
from service_kit.problems import SettingUnusable
from service_kit.signatures import TokenRefused

from tests.support.tiny_fixtures import encoded, signed_token

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
OUR_KEY = OKPKey.generate_key("Ed25519", {"kid": "ours"})
EC_KEY = ECKey.generate_key("P-256", {"kid": "ec"})
RSA_KEY = RSAKey.generate_key(2048, {"kid": "rsa"})
ALGORITHM = {"OKP": "EdDSA", "EC": "ES256", "RSA": "RS256"}
# RFC 9068 § 2.2's example, with what our members' tokens add.
CLAIMS: dict[str, Any] = {
    "iss": "https://authorization-server.example.com/",
    "sub": "0f0e0d0c-0b0a-4908-8706-050403020100",
    "aud": "https://rs.example.com/",
    "exp": int((NOW + timedelta(minutes=10)).timestamp()),
    "iat": int(NOW.timestamp()),
    "jti": "dbe39bf3a3ba4238a513f51d6e1691c4",
    "client_id": "s6BhdRkqt3",
    "scope": "openid profile reademail",
    "member_id": "1f0e0d0c-0b0a-4908-8706-050403020100",
    "sid": "2f0e0d0c-0b0a-4908-8706-050403020100",
    "brand": "alpha",
    "acr": "password",
}


def public(*keys: Any, **changes: Any) -> list[dict[str, Any]]:
    return [key.as_dict(private=False) | changes for key in keys]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for key files."""
    return tmp_path_factory.mktemp("keys")


def verifier(folder: Path, keys: list[Any] | None = None) -> TokenVerifier:
    file = folder / "jwks.json"
    file.write_text(json.dumps({"keys": public(OUR_KEY) if keys is None else keys}))
    return TokenVerifier(KeyFile(file), CLAIMS["iss"], CLAIMS["aud"])


def token(key: Any = OUR_KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """Return a token that a member may show; a header or claim changed to None is left out."""
    usual = {"typ": "at+jwt", "alg": ALGORITHM[key.key_type], "kid": key.kid}
    return signed_token(usual | (header or {}), CLAIMS | changes, key)


def is_member(checked: TokenVerifier, text: str, now: datetime = NOW) -> bool:
    try:
        return isinstance(checked.member(text, now=now), MemberPrincipal)
    except TokenRefused:
        return False


def is_staff(checked: TokenVerifier, text: str) -> bool:
    try:
        return isinstance(checked.staff(text, now=NOW, role_claim="roles"), StaffPrincipal)
    except TokenRefused:
        return False


def test_a_member_is_who_the_token_says(folder):
    began = NOW - timedelta(hours=3)
    found = verifier(folder).member(token(auth_time=int(began.timestamp()), scope="member  card"), now=NOW)

    assert found == MemberPrincipal(
        account_id=UUID(CLAIMS["sub"]),
        member_id=UUID(CLAIMS["member_id"]),
        brand="alpha",
        session_id=UUID(CLAIMS["sid"]),
        authenticated_with="password",
        scope=frozenset({"member", "card"}),
        authenticated_at=began,
    )


def test_scope_and_authentication_time_may_be_absent(folder):
    found = verifier(folder).member(token(scope=None), now=NOW)

    assert (found.scope, found.authenticated_at) == (frozenset(), None)


@pytest.mark.parametrize("changes", [{"scope": ["member"]}, {"scope": 5}, {"auth_time": "now"}, {"auth_time": True}])
def test_a_scope_or_authentication_time_of_another_kind_is_refused(folder, changes):
    assert not is_member(verifier(folder), token(**changes))


@pytest.mark.parametrize("typ", ["at+jwt", "at+JWT", "AT+JWT", "application/at+jwt", "Application/AT+JWT"])
def test_the_kind_is_read_in_any_case_with_or_without_application(folder, typ):
    """RFC 9068 § 4, RFC 7515 § 4.1.9, RFC 2045 § 5.1."""
    assert is_member(verifier(folder), token(header={"typ": typ}))


@pytest.mark.parametrize("typ", [None, "", "JWT", "jwt+at", "at+jwt ", "application/application/at+jwt", "text/at+jwt"])
def test_another_kind_opens_no_members_door(folder, typ):
    assert not is_member(verifier(folder), token(header={"typ": typ}))


@pytest.mark.parametrize(
    ("typ", "opens"), [(None, True), ("JWT", True), ("at+jwt", True), ("logout+jwt", False), ("secevent+jwt", False)]
)
def test_a_providers_other_tokens_are_no_staff_tokens(folder, typ, opens):
    """OpenID Connect Back-Channel Logout § 2.4, RFC 8417 § 2.3: signed by the same key, for something else."""
    assert is_staff(verifier(folder), token(header={"typ": typ}, roles=["adviser"])) == opens


@pytest.mark.parametrize("alg", ["EdDSA", "Ed25519"])
@pytest.mark.parametrize("named", [None, "EdDSA", "Ed25519"])
def test_both_names_of_the_signature_are_one(folder, alg, named):
    """RFC 8037 and RFC 9864."""
    keys = public(OUR_KEY, alg=named) if named else public(OUR_KEY)

    assert is_member(verifier(folder, keys), token(header={"alg": alg}))


@pytest.mark.parametrize("key", [EC_KEY, RSA_KEY], ids=["ES256", "RS256"])
def test_keys_of_other_kinds_open_the_staffs_door_and_never_the_members(folder, key):
    checked = verifier(folder, public(OUR_KEY, EC_KEY, RSA_KEY))
    shown = token(key, roles=["adviser"])

    assert is_staff(checked, shown)
    assert not is_member(checked, shown)


@pytest.mark.parametrize("alg", ["EdDSA", "Ed25519", "ES256", "RS256", "PS256", "ES384", "HS256", "none", "", None])
@pytest.mark.parametrize("key", [OUR_KEY, EC_KEY, RSA_KEY], ids=["Ed25519", "P-256", "RSA"])
def test_a_key_verifies_nothing_but_its_own_algorithm(folder, key, alg):
    own = {"OKP": {"EdDSA", "Ed25519"}, "EC": {"ES256"}, "RSA": {"RS256"}}[key.key_type]
    shown = token(key, header={"alg": alg}, roles=["adviser"])

    assert is_staff(verifier(folder, public(OUR_KEY, EC_KEY, RSA_KEY)), shown) == (alg in own)


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "enc"},
        {"key_ops": ["encrypt"]},
        {"key_ops": []},
        {"alg": "RS512"},
        {"alg": "HS256"},
        {"kty": "oct"},
        {"kty": 5},
    ],
    ids=str,
)
def test_a_key_that_is_for_something_else_is_not_used(folder, changes):
    for key in (OUR_KEY, EC_KEY, RSA_KEY):
        other = OKPKey.generate_key("Ed25519", {"kid": "other"})
        checked = verifier(folder, [*public(key, **changes), *public(other)])

        assert is_member(checked, token(other))
        assert not is_staff(checked, token(key, roles=["adviser"]))


@pytest.mark.parametrize(
    "keys", [[], [5], public(ECKey.generate_key("P-384"))], ids=["none", "a number", "another curve"]
)
def test_a_file_without_a_key_to_verify_with_is_not_taken(folder, keys):
    with pytest.raises(SettingUnusable, match=r"jwks\.json: no key"):
        verifier(folder, keys)


def test_a_member_token_names_its_key(folder):
    assert not is_member(verifier(folder), token(header={"kid": None}))
    assert not is_member(verifier(folder), token(header={"kid": "other"}))


def test_a_staff_token_names_its_key_unless_there_is_but_one(folder):
    """OpenID Connect Core § 10.1."""
    unnamed = token(header={"kid": None}, roles=["adviser"])

    assert is_staff(verifier(folder), unnamed)
    assert not is_staff(verifier(folder, public(OUR_KEY, EC_KEY)), unnamed)
    assert not is_staff(verifier(folder), token(header={"kid": "other"}, roles=["adviser"]))


def test_two_keys_of_one_name_and_algorithm_are_not_used(folder):
    other = OKPKey.generate_key("Ed25519", {"kid": "ours"})

    assert not is_member(verifier(folder, public(other, OUR_KEY)), token())
    assert is_member(verifier(folder, [*public(EC_KEY, kid="ours"), *public(OUR_KEY)]), token())


@pytest.mark.parametrize(
    "header", [{"crit": ["exp"], "exp": 1}, {"crit": ["b64"], "b64": True}, {"b64": True}, {"crit": []}]
)
def test_whatever_is_critical_is_refused(folder, header):
    assert not is_member(verifier(folder), token(header=header))
    assert not is_staff(verifier(folder), token(header=header, roles=["adviser"]))


def test_a_header_that_nobody_knows_is_passed_over(folder):
    """RFC 7515 § 4.1: a provider may say more than we read."""
    assert is_staff(verifier(folder), token(header={"nonce": "x", "x5t": "x"}, roles=["adviser"]))


LAST = CLAIMS["exp"] + 5  # the leeway for clocks that differ


@pytest.mark.parametrize(
    ("changes", "second", "opens"),
    [
        ({}, LAST, True),
        ({}, LAST + 1, False),
        ({"exp": CLAIMS["exp"] + 0.5}, LAST, True),
        ({"nbf": CLAIMS["iat"] + 60}, CLAIMS["iat"] + 55, True),
        ({"nbf": CLAIMS["iat"] + 60}, CLAIMS["iat"] + 54, False),
        ({}, CLAIMS["iat"] - 5, True),
        ({}, CLAIMS["iat"] - 6, False),
        ({"iat": None}, CLAIMS["iat"], False),
    ],
)
def test_a_token_lives_from_its_first_to_its_last_second(folder, changes, second, opens):
    assert is_member(verifier(folder), token(**changes), datetime.fromtimestamp(second, UTC)) == opens


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", [True, "1", [], {}, math.inf, math.nan, -math.inf, -1, 10**40])
def test_an_instant_that_is_none_is_refused(folder, claim, value):
    """Python reads Infinity and NaN, which are no JSON and which no comparison stops."""
    assert not is_member(verifier(folder), token(**{claim: value}))
    assert not is_staff(verifier(folder), token(**{claim: value}, roles=["adviser"]))


@pytest.mark.parametrize("payload", [b"", b"x", b"null", b"[]", b'"x"', b"\xff", b"[" * 3000])
def test_claims_that_are_none_are_refused(folder, payload):
    header = encoded({"typ": "at+jwt", "alg": "EdDSA", "kid": "ours"})
    message = f"{header}.{encoded(payload)}"
    private = OUR_KEY.get_op_key("sign")
    assert isinstance(private, Ed25519PrivateKey)
    signature = private.sign(message.encode())

    assert not is_member(verifier(folder), f"{message}.{encoded(signature)}")


def test_no_bit_of_a_token_can_be_turned(folder):
    checked, raw = verifier(folder), token().encode()
    turned = (bytes([*raw[:at], raw[at] ^ 1 << bit, *raw[at + 1 :]]) for at in range(len(raw)) for bit in range(8))

    assert is_member(checked, raw.decode())
    assert [one for one in turned if is_member(checked, one.decode("latin-1"))] == []


@given(data=st.data())
def test_nothing_can_be_changed_added_or_left_out(folder, data):
    """Base64 that a lenient reader would take for the same signature included (RFC 7515 appendix C)."""
    checked, shown = verifier(folder), token()
    start = data.draw(st.integers(0, len(shown)))
    end = data.draw(st.integers(start, min(start + 3, len(shown))))
    middle = data.draw(st.text("ABQgwz09-_=.+/ \n\r\té", max_size=3) | st.text(max_size=3))
    changed = shown[:start] + middle + shown[end:]

    assert is_member(checked, changed) == (changed == shown)


def test_another_spelling_of_the_same_signature_is_another_token(folder):
    """The last character of 64 bytes carries two bits that say something and four that say nothing."""
    shown, alphabet = token(), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    signature = base64.urlsafe_b64decode(shown.rsplit(".", 1)[1] + "==")
    spelled = [shown[:-1] + last for last in alphabet]
    same = [one for one in spelled if base64.urlsafe_b64decode(one.rsplit(".", 1)[1] + "==") == signature]

    assert len(same) == 16
    assert [one for one in same if is_member(verifier(folder), one)] == [shown]


def test_a_token_that_was_taken_before_ends_with_its_last_second_all_the_same(folder):
    checked, text = verifier(folder), token()
    after = NOW + timedelta(minutes=11)

    assert [is_member(checked, text), is_member(checked, text), is_member(checked, text, after)] == [True, True, False]


def test_a_token_that_was_taken_before_ends_with_its_key(folder):
    checked, text = verifier(folder), token()
    assert is_member(checked, text)
    verifier(folder, public(EC_KEY, RSA_KEY))  # the file is replaced

    assert not is_member(checked, text)


def test_a_staff_token_that_was_taken_before_opens_no_members_door(folder):
    text = token(EC_KEY, roles=["adviser"])
    checked = verifier(folder, public(OUR_KEY, EC_KEY))

    assert is_staff(checked, text)
    assert not is_member(checked, text)


def test_what_was_found_of_tokens_is_bounded(folder, monkeypatch):
    monkeypatch.setattr("service_kit.signatures.MOST_FOUND", 3)
    checked = verifier(folder)
    texts = [token(jti=str(number)) for number in range(5)]

    assert all(is_member(checked, text) for text in [*texts, *texts])
    assert len(checked.key_file.keys()._found) == 3


@pytest.mark.parametrize("text", ["\udc80", "a.b.\udcff", "é.é.é"])
def test_what_no_token_can_hold_is_refused(folder, text):
    assert not is_member(verifier(folder), text)

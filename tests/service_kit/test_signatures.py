"""The public test vectors of JOSE: those of the RFCs, and Project Wycheproof's that apply (tests/service_kit/vectors)."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jws
from joserfc.jwk import JWKRegistry, OKPKey
from service_kit.problems import SettingUnusable
from service_kit.signatures import EDDSA, TokenRefused, VerificationKeys

pytestmark = pytest.mark.unit

VECTORS = Path(__file__).parent / "vectors"
RFC: dict[str, Any] = json.loads((VECTORS / "rfc.json").read_text())
WYCHEPROOF: dict[str, Any] = json.loads((VECTORS / "wycheproof.json").read_text())
ED25519 = RFC["rfc8037"]["private"]
ANY = (*EDDSA, "ES256", "RS256")


def is_right(keys: list[Any], token: str, *algorithms: str) -> bool:
    """Tell whether `token` is taken; a set without a usable key gets one of ours, so that it is the token that is refused."""
    try:
        known = VerificationKeys.of({"keys": keys})
    except SettingUnusable:
        known = VerificationKeys.of({"keys": [*keys, ED25519 | {"kid": "ours"}]})
    try:
        known.verified(token, algorithms=algorithms or ANY, key_named=False)
    except TokenRefused:
        return False
    return True


def test_the_key_of_rfc_8037_a1_a2_and_a3_is_read_as_the_rfc_reads_it():
    private = OKPKey.import_key(ED25519)
    public = {name: value for name, value in ED25519.items() if name != "d"}

    assert private.as_dict(private=False) == public
    assert private.thumbprint() == OKPKey.import_key(public).thumbprint() == RFC["rfc8037"]["thumbprint"]


def test_signing_as_in_rfc_8037_a4_gives_the_signature_of_the_rfc():
    payload = RFC["rfc8037"]["payload"]
    signed = jws.serialize_compact({"alg": "EdDSA"}, payload, OKPKey.import_key(ED25519), algorithms=["EdDSA"])

    assert signed == RFC["rfc8037"]["jws"]


@pytest.mark.parametrize("algorithms", [ANY, EDDSA, ("EdDSA",)])
def test_the_token_of_rfc_8037_a5_is_verified(algorithms):
    keys = VerificationKeys.of({"keys": [ED25519]})
    signed = keys.verified(RFC["rfc8037"]["jws"], algorithms=algorithms, key_named=False)

    assert (dict(signed.header), signed.payload.decode()) == ({"alg": "EdDSA"}, RFC["rfc8037"]["payload"])


@pytest.mark.parametrize("vector", RFC["rfc7515"], ids=lambda vector: f"{vector['appendix']} {vector['alg']}")
def test_a_right_token_of_another_algorithm_of_rfc_7515_is_no_token_of_ours(vector):
    key = vector["key"] and JWKRegistry.import_key(vector["key"])
    # The library finds each of them right: what is refused is refused for what it is, and not for a slip of the pen.
    if key is not None:
        jws.deserialize_compact(vector["jws"], key, algorithms=[vector["alg"]])
    keys = [vector["key"]] if vector["key"] else []

    assert not is_right(keys, vector["jws"], *EDDSA)
    assert is_right(keys, vector["jws"]) == (vector["alg"] in ANY)


def wycheproof_tokens() -> Iterator[Any]:
    for name in ("json_web_signature", "json_web_key"):
        for group in WYCHEPROOF[name]:
            for number, comment, token, result in group["tests"]:
                right = result == "valid" and group["keys"][0].get("alg") in ANY
                yield pytest.param(group["keys"], token, right, id=f"{name} {group['comment']} {number} {comment}")


@pytest.mark.parametrize(("keys", "token", "right"), list(wycheproof_tokens()))
def test_a_token_of_wycheproof_is_right_only_if_it_is_right_and_of_an_algorithm_that_we_take(keys, token, right):
    assert is_right(keys, token) == right
    assert not is_right(keys, token, *EDDSA)


def wycheproof_ed25519() -> Iterator[Any]:
    for group in WYCHEPROOF["ed25519"]:
        for number, message, signature, result, flags in group["tests"]:
            yield pytest.param(group["pk"], message, signature, result == "valid", id=f"{number} {flags}")


@pytest.mark.parametrize(("key", "message", "signature", "right"), list(wycheproof_ed25519()))
def test_a_signature_of_wycheproof_is_right_only_if_wycheproof_says_so(key, message, signature, right):
    """On the very key object that verifies tokens, whose text cannot carry any message that one likes."""
    x = base64.urlsafe_b64encode(bytes.fromhex(key)).decode().rstrip("=")
    verifier = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": x}).get_op_key("verify")
    assert isinstance(verifier, Ed25519PublicKey)
    try:
        verifier.verify(bytes.fromhex(signature), bytes.fromhex(message))
        found = True
    except InvalidSignature:
        found = False

    assert found == right


def test_wycheproof_has_vectors_of_each_kind():
    verdicts = {result for name in ("json_web_signature", "json_web_key") for result in all_results(name)}
    right = [token for group in WYCHEPROOF["json_web_signature"] for token in group["tests"] if token[3] == "valid"]

    assert verdicts == {"valid", "invalid"}
    assert len(right) >= 20
    assert {result for group in WYCHEPROOF["ed25519"] for *_, result, _ in group["tests"]} == {"valid", "invalid"}


def all_results(name: str) -> Iterator[str]:
    for group in WYCHEPROOF[name]:
        yield from (result for *_, result in group["tests"])
